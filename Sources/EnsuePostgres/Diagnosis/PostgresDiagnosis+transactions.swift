internal import Ensue

extension PostgresDiagnosis {
    /// A session with a transaction open.
    struct RunningTransaction: Sendable {
        let pid: Int64
        let application: String
        let state: String
        let age: Duration
    }

    /// What is older holds dead rows back, and workers that fall asleep wait for it.
    static func oldestTransaction(_ oldest: RunningTransaction?, seesAll: Bool) -> Finding {
        let check = "server.transactions"
        let blind = seesAll ? "" : "; those of other roles are hidden from this one (GRANT pg_monitor TO it shows them)"
        guard let oldest else { return .ok(check, "no other transaction is open\(blind)") }
        let name = oldest.application.isEmpty ? "" : " of \(oldest.application)"
        let summary =
            "the oldest transaction is \(Diagnosis.words(oldest.age)) old: process \(oldest.pid)\(name), "
            + "\(oldest.state)\(blind)"
        let isIdle = oldest.state.hasPrefix("idle in transaction")
        let prevention =
            isIdle
            ? "; that it does not happen again: ALTER ROLE … SET idle_in_transaction_session_timeout = '1min'" : ""
        let remedy = "end it: SELECT pg_terminate_backend(\(oldest.pid))" + prevention
        if oldest.age > .seconds(600) {
            return .warning(check, summary + ": dead rows cannot be removed, and claiming slows down", remedy: remedy)
        }
        return oldest.age > .seconds(60) ? .notice(check, summary, remedy: remedy) : .ok(check, summary)
    }

    static func prepared(_ name: String, age: Duration) -> Finding? {
        guard age > .seconds(300) else { return nil }
        return .warning(
            "server.prepared", "the prepared transaction '\(name)' is \(Diagnosis.words(age)) old: it holds its locks",
            remedy: "COMMIT PREPARED \(Names.literal(name)) or ROLLBACK PREPARED \(Names.literal(name))")
    }

    /// `held` is for how many transactions the slot has kept dead rows; `kept` how many bytes of log.
    static func slot(_ name: String, isActive: Bool, held: Int64, kept: Int64) -> Finding? {
        let remedy =
            isActive
            ? "look why its reader is slow: SELECT * FROM pg_stat_replication"
            : "start its reader, or drop it: SELECT pg_drop_replication_slot(\(Names.literal(name)))"
        if held > 1_000_000 {
            return .warning(
                "server.slots",
                "the replication slot '\(name)' holds back the dead rows of the last \(Diagnosis.grouped(Int(held))) "
                    + "transactions", remedy: remedy)
        }
        guard kept > 4_000_000_000 || (!isActive && kept > 1_000_000_000) else { return nil }
        return .warning(
            "server.slots",
            "the replication slot '\(name)' keeps \(Diagnosis.words(bytes: kept)) of log, which can fill the disk",
            remedy: remedy)
    }
}
