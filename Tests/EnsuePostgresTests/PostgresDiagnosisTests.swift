import Ensue
import Testing

@testable import EnsuePostgres

/// Which measurement of a server means what.
@Suite struct PostgresDiagnosisTests {
    private func transaction(_ age: Duration, state: String = "active") -> Finding {
        PostgresDiagnosis.oldestTransaction(
            .init(pid: 42, application: "psql", state: state, age: age), seesAll: true)
    }

    @Test func `an old transaction is told with the process to end`() {
        #expect(transaction(.seconds(60)).severity == .ok)
        #expect(transaction(.seconds(61)).severity == .notice)
        #expect(transaction(.seconds(601)).severity == .warning)
        #expect(transaction(.seconds(601)).remedy == "end it: SELECT pg_terminate_backend(42)")
        let idle = transaction(.seconds(601), state: "idle in transaction")
        #expect(idle.remedy?.contains("idle_in_transaction_session_timeout") == true)
    }

    @Test func `what the role cannot see is said`() {
        #expect(PostgresDiagnosis.oldestTransaction(nil, seesAll: false).summary.contains("GRANT pg_monitor"))
        #expect(!PostgresDiagnosis.oldestTransaction(nil, seesAll: true).summary.contains("hidden"))
    }

    @Test(arguments: [
        (PostgresDiagnosis.Listening.works, Finding.Severity.ok), (.off, .notice), (.pooled, .warning),
        (.fails("refused"), .warning),
    ])
    func `notifications need a direct way to the server`(
        _ listening: PostgresDiagnosis.Listening, _ severity: Finding.Severity
    ) {
        #expect(PostgresDiagnosis.listener(isPooled: true, listening: listening).severity == severity)
    }

    @Test func `a server that acknowledges before it writes is told`() {
        func found(_ commit: String, _ fsync: String, _ pages: String) -> [Finding.Severity] {
            PostgresDiagnosis.durability(synchronousCommit: commit, fsync: fsync, fullPageWrites: pages).map(\.severity)
        }
        #expect(found("on", "on", "on") == [.ok])
        #expect(found("remote_apply", "on", "on") == [.ok])
        #expect(found("off", "off", "off") == [.warning, .warning, .warning])
    }

    @Test(arguments: [(79, Finding.Severity.ok), (80, .warning), (95, .failure)])
    func `connections are told before they run out`(_ used: Int, _ severity: Finding.Severity) {
        #expect(PostgresDiagnosis.connections(used, of: 100).severity == severity)
    }

    @Test func `dead rows matter where there are many, and far more than live ones`() {
        #expect(PostgresDiagnosis.deadRows("ready", dead: 200_000, live: 0, lastVacuum: nil) == nil)
        #expect(PostgresDiagnosis.deadRows("ready", dead: 900_000, live: 500_000, lastVacuum: nil) == nil)
        let found = PostgresDiagnosis.deadRows("ready", dead: 900_000, live: 10, lastVacuum: .seconds(7200))
        #expect(found?.severity == .warning)
        #expect(found?.summary.contains("last vacuumed 2 h ago") == true)
    }

    @Test func `ids without partitions are a failure before they are reached`() {
        func ranges(ahead: Int, left: Int64 = IDRange.size, isTended: Bool = true) -> Finding {
            PostgresDiagnosis.ranges("events", ahead: ahead, left: left, end: 64, isTended: isTended)
        }
        #expect(ranges(ahead: 1).severity == .ok)
        #expect(ranges(ahead: 0, isTended: false).severity == .ok, "a new store waits for its first worker")
        #expect(ranges(ahead: 0, left: 9, isTended: false).severity == .failure)
        let found = ranges(ahead: 0)
        #expect(found.severity == .failure)
        #expect(found.remedy?.contains("{add_range}('events', 64, \(64 + IDRange.size))") == true)
    }

    @Test func `slots and prepared transactions that hold things up are told`() {
        #expect(PostgresDiagnosis.slot("s", isActive: true, held: 1_000_000, kept: 2_000_000_000) == nil)
        #expect(PostgresDiagnosis.slot("s", isActive: true, held: 1_000_001, kept: 0)?.severity == .warning)
        #expect(
            PostgresDiagnosis.slot("s", isActive: false, held: 0, kept: 2_000_000_000)?.remedy?
                .contains("pg_drop_replication_slot('s')") == true)
        #expect(PostgresDiagnosis.prepared("it's", age: .seconds(300)) == nil)
        #expect(PostgresDiagnosis.prepared("it's", age: .seconds(301))?.remedy?.contains("'it''s'") == true)
    }

    @Test func `every index, key and trigger of the schema is looked for`() {
        let names = Set(SchemaObject.all.map(\.name))
        #expect(names.isSuperset(of: ["effects_by_event", "parked_by_deadline", "effects_arrived", "ready_pkey"]))
        #expect(names.isSuperset(of: ["ranges_pkey", "scheduled_pkey", "accounts_pkey", "attempts_pkey"]))
        #expect(SchemaObject.all.count == names.count)
    }
}
