import Ensue
import EnsueSQLite
import Foundation
import GRDB
import Testing

/// What any program can do with the file, the `sqlite3` shell included.
@Suite struct PlainSQLTests {
    private let database: TemporaryDatabase
    private let store: SQLiteStore
    private let sql: DatabaseQueue

    init() throws {
        database = try TemporaryDatabase()
        store = try SQLiteStore(path: database.path)
        sql = try database.foreign()
    }

    private func execute(_ text: String) throws { try sql.write { try $0.execute(sql: text) } }
    private func row(_ text: String) throws -> Row? { try sql.read { try Row.fetchOne($0, sql: text) } }
    private func int(_ text: String) throws -> Int? { try row(text)?[0] }
    private func states() throws -> [String] {
        try sql.read { try String.fetchAll($0, sql: "SELECT state FROM ledger ORDER BY id") }
    }

    @Test func `an inserted effect is ready, scheduled or held as its columns say`() async throws {
        try execute(
            """
            INSERT INTO effects (kind, payload) VALUES ('a', '{"n":90071992547409931}');
            INSERT INTO effects (kind, due_at) VALUES ('a', '2999-01-01T00:00:00+02:00');
            INSERT INTO effects (kind, due_at) VALUES ('a', 32472144000000);
            INSERT INTO effects (kind, approval) VALUES ('a', 'required');
            """)
        #expect(try states() == ["ready", "scheduled", "scheduled", "held"])
        let first = try #require(await store.effect(EffectID(rawValue: 1)))
        #expect(first.payload.text == #"{"n":90071992547409931}"#)
        #expect(!first.hasHandler)
        let second = try #require(await store.effect(EffectID(rawValue: 2)))
        #expect(second.state == .scheduled(run: 1, due: try #require(Timestamp(iso8601: "2998-12-31T22:00:00Z"))))
    }

    @Test func `a known key is ignored, in its account only`() throws {
        try execute(
            """
            INSERT INTO effects (kind, key) VALUES ('a', 'k');
            INSERT INTO effects (kind, key) VALUES ('b', 'k');
            INSERT INTO effects (kind, key, account) VALUES ('a', 'k', 'other');
            INSERT INTO events (type, key) VALUES ('t', 'k'), ('t', 'k'), ('u', 'k');
            """)
        #expect(try states().count == 2)
        #expect(try int("SELECT count(*) FROM events") == 1)
        #expect(try int("SELECT count(*) FROM unrouted") == 1)
    }

    @Test(arguments: [
        ("INSERT INTO effects (kind) VALUES ('has space')", "effect_kind_is_a_name"),
        ("INSERT INTO effects (kind) VALUES ('')", "effect_kind_is_a_name"),
        ("INSERT INTO effects (kind, account) VALUES ('a', 'ü')", "account_is_a_name"),
        ("INSERT INTO effects (kind, payload) VALUES ('a', '{')", "effect_payload_is_json"),
        ("INSERT INTO effects (kind, priority) VALUES ('a', 4)", "effect_priority_is_0_to_3"),
        ("INSERT INTO effects (kind, due_at) VALUES ('a', 'tomorrow')", "effect_due_at_is_a_time"),
        ("INSERT INTO effects (kind, approval) VALUES ('a', 'yes')", "effect_approval_is_required_or_null"),
        ("INSERT INTO events (type) VALUES ('has space')", "event_type_is_a_name"),
        ("INSERT INTO events (type) VALUES ('ensue.effect.completed')", "event_type_is_not_reserved"),
        ("INSERT INTO events (type, data) VALUES ('a', 'x')", "event_data_is_json"),
        ("INSERT INTO events (type, source) VALUES ('a', 'conversation/1')", "event_source_is_type_and_key"),
        ("INSERT INTO events (type, tags) VALUES ('a', '{}')", "event_tags_are_a_list"),
        ("UPDATE effects SET payload = '{}'", "effects are never changed"),
        ("DELETE FROM effects", "effects are deleted by retention alone"),
        ("UPDATE events SET data = '{}'", "events are never changed"),
        ("DELETE FROM events", "events are deleted by retention alone"),
    ])
    func `what may not be is refused by a constraint whose name says why`(_ text: String, _ reason: String) throws {
        try execute("INSERT INTO effects (kind) VALUES ('a'); INSERT INTO events (type) VALUES ('a')")
        let error = #expect(throws: DatabaseError.self) { try execute(text) }
        #expect(error?.message?.contains(reason) == true, "\(String(describing: error?.message))")
        #expect(try states() == ["ready"])
    }

    @Test func `an emptied table does not give an id twice`() async throws {
        try execute("INSERT INTO effects (kind) VALUES ('a')")
        _ = try await store.command(.cancel(reason: nil), on: EffectID(rawValue: 1), random: 0)
        #expect(try await store.retire(olderThan: .seconds(-60), limit: 10) == 1)
        try execute("INSERT INTO effects (kind) VALUES ('a')")
        #expect(try int("SELECT max(id) FROM effects") == 2)
        #expect(try int("SELECT count(*) FROM effects") == 1)
    }

    @Test func `a commit of another program is noticed`() async throws {
        var changes = store.changes().makeAsyncIterator()
        _ = await changes.next()
        try execute("INSERT INTO effects (kind) VALUES ('a')")
        #expect(await changes.next()?.contains(.effects) == true)
    }

    @Test func `the ledger shows an outcome as the program does`() async throws {
        try execute("INSERT INTO effects (kind, account) VALUES ('a', 'acme')")
        let claim = Claim(
            worker: WorkerID(rawValue: 7), firstLease: LeaseID(rawValue: 9), quotas: [.init(kind: "a", limit: 1)],
            lease: .seconds(15))
        let claimed = try #require(await store.claim(claim).first)
        #expect(try states() == ["running"])
        #expect(try int("SELECT count(*) FROM ledger_running") == 1)
        let settled = SettledRun(
            of: claimed, startedAt: Timestamp(milliseconds: 1_700_000_000_000),
            transition: Transition(to: .ended(.failed, error: "no luck")))
        _ = try await store.settle([settled])
        let row = try row("SELECT * FROM ledger_failed")
        #expect(row?["error"] == "no luck")
        #expect(row?["account"] == "acme")
        #expect(row?["runs"] == 1)
        #expect(row?["started_at"] == "2023-11-14T22:13:20.000Z")
    }

    @Test func `effects that nobody handles are listed`() async throws {
        try execute("INSERT INTO effects (kind) VALUES ('nobody'), ('somebody')")
        try await store.join(
            WorkerRegistration(
                id: WorkerID(rawValue: 1), name: "test", kinds: ["somebody": .standard], rules: [], lease: .seconds(15))
        )
        #expect(try row("SELECT group_concat(kind) FROM ledger_unhandled")?[0] == "nobody")
    }
}
