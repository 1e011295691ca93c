import Ensue
import EnsueTesting
import Foundation
import GRDB
import Testing

@testable import EnsueSQLite

/// What the store finds in a real file.
@Suite struct DiagnoseTests {
    private let database: TemporaryDatabase
    private let store: SQLiteStore
    private let clock = ManualClock()

    init() throws {
        database = try TemporaryDatabase()
        store = try SQLiteStore(path: database.path, clock: clock)
    }

    private func join(rules: [Rule] = []) async throws {
        let kinds: [EffectKind: HandlerPolicy] = [Greet.kind: .standard, "test.once": .atMostOnce]
        try await store.join(
            WorkerRegistration(
                id: WorkerID(rawValue: 1), name: "host/1", kinds: kinds, rules: rules, lease: .seconds(15)))
    }

    private func claim(_ kind: EffectKind) async throws {
        let claimed = try await store.claim(
            Claim(
                worker: WorkerID(rawValue: 1), firstLease: LeaseID(rawValue: 7), quotas: [.init(kind: kind, limit: 9)],
                lease: .seconds(15)))
        #expect(claimed.count == 1)
    }

    /// The worst of each check.
    private func wrong(thoroughly: Bool = false) async throws -> [String: Finding.Severity] {
        let findings = try await store.diagnose(thoroughly: thoroughly)
        #expect(findings.filter { $0.severity >= .warning && $0.remedy == nil } == [])
        #expect(findings.filter { $0.remedy?.contains("{") == true } == [], "every name is resolved")
        return findings.filter { $0.severity > .ok && $0.check != "disk.free" }
            .reduce(into: [:]) { $0[$1.check] = max($0[$1.check] ?? .ok, $1.severity) }
    }

    @Test func `nothing is wrong with a store at work`() async throws {
        try await join()
        _ = try await store.request([EffectRequest(Greet(name: "Ada"))])
        #expect(try await wrong(thoroughly: true) == [:])
    }

    @Test func `a missing index or trigger is found, with the statement that brings it back`() async throws {
        try await join()
        try await database.foreign().write {
            try $0.execute(sql: "DROP INDEX parked_by_deadline; DROP TRIGGER events_queue")
        }
        let found = try await store.diagnose(thoroughly: false).filter { $0.check == "schema.objects" }
        #expect(found.count == 2)
        for finding in found {
            let statement = try #require(finding.remedy)
            try await database.foreign().write { try $0.execute(sql: statement) }
        }
        #expect(try await wrong() == [:])
    }

    @Test func `what waits too long is found`() async throws {
        let rule = Rule(name: "audit", pattern: .exact("test.Greeted"), kind: try .listener("audit"), order: 1)
        try await join(rules: [rule])
        var late = try EffectRequest(Greet(name: "Ada"))
        late.due = clock.now() + .seconds(60)
        _ = try await store.request([late, EffectRequest(account: .default, kind: "test.slip", payload: .emptyObject)])
        let event = try EventDraft(Greeted(name: "Ada"))
        _ = try await store.record([event])
        clock.advance(by: .seconds(600))
        _ = try await store.beat(Heartbeat(worker: WorkerID(rawValue: 1), leases: [], lease: .seconds(15)))
        #expect(
            try await wrong() == [
                "kinds.handler": .warning, "effects.overdue": .warning, "events.unrouted": .warning,
            ])
        clock.advance(by: .seconds(3 * 86_400))
        let found = try await wrong()
        #expect(found["listeners"] == .warning)
        #expect(found["workers.alive"] == .warning)
        #expect(found["workers.silent"] == .warning)
    }

    @Test func `a lease that nobody rescues is found, and then what became uncertain`() async throws {
        try await join()
        _ = try await store.request([EffectRequest(account: .default, kind: "test.once", payload: .emptyObject)])
        try await claim("test.once")
        #expect(try await wrong() == [:])
        clock.advance(by: .seconds(120))
        #expect(
            try await wrong() == [
                "workers.alive": .warning, "workers.silent": .warning, "leases.expired": .warning,
            ])
        _ = try await store.rescue(limit: 10)
        try await join()
        #expect(try await wrong() == ["effects.uncertain": .warning])
    }

    @Test func `an application's database is diagnosed under its own names`() async throws {
        let other = try TemporaryDatabase()
        let pool = try DatabasePool(path: other.path)
        _ = try SQLiteStore(sharing: pool, allowingWeakerDurability: true)
        try await pool.write { try $0.execute(sql: "INSERT INTO ensue_effects (kind) VALUES ('test.slip')") }
        let findings = try await SQLiteStore.examining(path: other.path).diagnose(thoroughly: true)
        #expect(findings.contains { $0.check == "sqlite.synchronous" && $0.severity == .warning })
        #expect(findings.contains { $0.remedy?.contains("ensue_ledger_unhandled") == true })
        #expect(!findings.contains { $0.severity == .failure })
    }

    // MARK: Before it is opened

    private func obstacle(_ path: String) throws -> Finding? {
        do { _ = try SQLiteStore.examining(path: path) } catch let obstacle as Obstacle { return obstacle.finding }
        return nil
    }

    @Test func `a missing file is found, and not created`() throws {
        let path = database.folder.appendingPathComponent("none.db").path
        #expect(try obstacle(path)?.check == "connection")
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `a file without tables is found, and stays as it is`() throws {
        let path = database.folder.appendingPathComponent("empty.db").path
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(try obstacle(path)?.check == "schema.version")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)).isEmpty)
    }

    @Test func `a schema of another version is found, and not updated`() async throws {
        for (sql, severity) in [
            ("INSERT INTO migrations VALUES (99, 'later')", Finding.Severity.failure),
            ("DELETE FROM migrations", .warning),
        ] {
            try await database.foreign().write { try $0.execute(sql: sql) }
            let found = try obstacle(database.path)
            #expect(found?.check == "schema.version")
            #expect(found?.severity == severity)
        }
        let rows = try await database.foreign().read { try Int.fetchOne($0, sql: "SELECT count(*) FROM migrations") }
        #expect(rows == 0)
    }

    @Test func `a folder, another program's file and no database at all are found`() throws {
        #expect(try obstacle(database.folder.path)?.summary.contains("folder") == true)
        let foreign = database.folder.appendingPathComponent("foreign.db").path
        try DatabaseQueue(path: foreign).write { try $0.execute(sql: "CREATE TABLE invoices (id INTEGER)") }
        #expect(try obstacle(foreign)?.summary.contains("invoices") == true)
        let junk = database.folder.appendingPathComponent("junk.db")
        try Data(repeating: 65, count: 4096).write(to: junk)
        #expect(try obstacle(junk.path)?.severity == .failure)
    }

    // MARK: Numbers

    @Test func `a log that grows, a file that is mostly empty and a damaged one are told`() {
        #expect(SQLiteDiagnosis.log(255_999_999, path: "a").severity == .ok)
        #expect(SQLiteDiagnosis.log(256_000_000, path: "a").severity == .warning)
        #expect(SQLiteDiagnosis.file(bytes: 300_000_000, free: 100_000_000, path: "a").severity == .ok)
        #expect(SQLiteDiagnosis.file(bytes: 300_000_000, free: 200_000_000, path: "a").severity == .notice)
        #expect(SQLiteDiagnosis.integrity(["row 1 missing"], path: "a").severity == .failure)
        #expect([0, 1, 2, 3].map { SQLiteDiagnosis.synchronous($0).severity } == [.warning, .warning, .ok, .ok])
        #expect(SQLiteDiagnosis.quoted("/a b/it's") == #"'/a b/it'\''s'"#)
    }
}
