internal import Ensue

/// What measurements mean that only a server has. Pure functions.
enum PostgresDiagnosis {
    enum Listening: Sendable, Equatable {
        case off, works, pooled
        case fails(String)
    }

    // MARK: The way to the server

    static func latency(_ trip: Duration) -> Finding {
        let check = "connection.latency"
        let summary = "a round trip takes \(Diagnosis.words(trip))"
        let remedy = "run the workers nearer to the server: in its region, better in its zone"
        if trip > .milliseconds(100) { return .warning(check, summary, remedy: remedy) }
        if trip > .milliseconds(10) { return .notice(check, summary, remedy: remedy) }
        return .ok(check, summary)
    }

    static func listener(isPooled: Bool, listening: Listening) -> Finding {
        let check = "connection.listener"
        let way = isPooled ? "through a pooler" : "directly"
        let remedy = "give the server's own address for them: …?ensue_listen=postgres%3A%2F%2Fuser%40host%2Fdatabase"
        switch listening {
        case .works: return .ok(check, "connected \(way); notifications wake idle workers")
        case .off:
            return .notice(
                check, "connected \(way); notifications are off, so idle workers look once a second", remedy: remedy)
        case .pooled:
            return .warning(
                check, "connected through a pooler, which passes no notifications on: idle workers look once a second",
                remedy: remedy + ", or say ensue_listen=off")
        case .fails(let error):
            return .warning(
                check, "the connection for notifications fails, so idle workers look once a second: \(error)",
                remedy: "correct the address in ensue_listen, or say ensue_listen=off")
        }
    }

    // MARK: Settings

    /// A server in recovery takes no writes.
    static func recovery(_ isInRecovery: Bool) -> [Finding] {
        guard isInRecovery else { return [] }
        return [
            .failure(
                "server.recovery", "the server is a standby or recovering, and takes no writes",
                remedy: "name the primary in the address, or promote this one: SELECT pg_promote()")
        ]
    }

    static func durability(synchronousCommit: String, fsync: String, fullPageWrites: String) -> [Finding] {
        let check = "server.durability"
        var findings: [Finding] = []
        if synchronousCommit == "off" {
            findings.append(
                .warning(
                    check, "synchronous_commit is off: a crash of the server can lose what has been acknowledged",
                    remedy: "ALTER ROLE CURRENT_USER SET synchronous_commit = on"))
        }
        for (name, value) in [("fsync", fsync), ("full_page_writes", fullPageWrites)] where value == "off" {
            findings.append(
                .warning(
                    check, "\(name) is off: a power failure can lose what has been acknowledged, and damage the rest",
                    remedy: "ALTER SYSTEM SET \(name) = on; SELECT pg_reload_conf()"))
        }
        return findings.isEmpty ? [.ok(check, "what is acknowledged is on the server's disk")] : findings
    }

    /// `disabled` are tables for which vacuuming is switched off.
    static func autovacuum(_ setting: String, disabled: [String]) -> [Finding] {
        let check = "server.autovacuum"
        var findings: [Finding] = []
        if setting == "off" {
            findings.append(
                .warning(
                    check, "autovacuum is off: the queues grow slower with every effect",
                    remedy: "ALTER SYSTEM SET autovacuum = on; SELECT pg_reload_conf()"))
        }
        findings += disabled.map {
            .warning(
                check, "autovacuum is off for the table \($0)",
                remedy: "ALTER TABLE {schema}.\(Names.quoted($0)) RESET (autovacuum_enabled)")
        }
        return findings.isEmpty ? [.ok(check, "autovacuum is on")] : findings
    }

    static func connections(_ used: Int, of limit: Int) -> Finding {
        let check = "server.connections"
        let summary = "\(used) of \(limit) connections are in use"
        guard used * 10 >= limit * 8 else { return .ok(check, summary) }
        let remedy =
            "give each worker fewer (ensue_pool=2 in the address), put a pooler between, or "
            + "ALTER SYSTEM SET max_connections = \(limit * 2) and restart the server"
        return used * 20 >= limit * 19
            ? .failure(check, summary, remedy: remedy) : .warning(check, summary, remedy: remedy)
    }

    // MARK: Tables

    static func deadRows(_ table: String, dead: Int, live: Int, lastVacuum: Duration?) -> Finding? {
        guard dead > 200_000, dead > 2 * live else { return nil }
        let vacuum = lastVacuum.map { "was last vacuumed \(Diagnosis.words($0)) ago" } ?? "has never been vacuumed"
        return .warning(
            "tables.dead",
            "the table \(table) has \(Diagnosis.grouped(dead)) dead rows for \(Diagnosis.grouped(live)) live ones, and \(vacuum)",
            remedy: "VACUUM (VERBOSE) {\(table)}. If it removes nothing, an old transaction or replication slot is in "
                + "the way: see server.transactions and server.slots")
    }

    /// How many empty ranges of ids have partitions already. A new store has one range until its first worker, of which
    /// it `isTended` from then on.
    static func ranges(_ family: String, ahead: Int, left: Int64, end: Int64, isTended: Bool) -> Finding {
        let check = "partitions.ahead"
        let summary =
            "\(family): \(Diagnosis.counted(ahead, "empty range")) of ids \(ahead == 1 ? "is" : "are") ahead, "
            + "\(Diagnosis.grouped(Int(left))) ids have partitions"
        guard ahead < 1 else { return .ok(check, summary) }
        guard isTended || left < IDRange.size / 2 else {
            return .ok(check, summary + "; the first worker makes more")
        }
        return .failure(
            check, summary + "; beyond them, inserts are refused unless the role may add more",
            remedy:
                "as the owner of the tables: SELECT {add_range}('\(family)', \(end), \(end + IDRange.size)). Workers "
                + "do this themselves if their role owns the tables")
    }
}
