import Crypto
import Ensue
import Foundation
import GRDB
import Testing

@testable import EnsueSQLite

@Suite struct SchemaTests {
    /// A migration that has been released is never edited; what is to change gets the next number.
    @Test func `migrations are frozen`() {
        let digests = Migration.all.map { migration in
            SHA256.hash(data: Data(migration.sql.utf8)).map { String(format: "%02x", $0) }.joined()
        }
        #expect(
            digests == [
                "139c2108594b5112d5265987bdb05d11b30f048d053c5baaa3183271c96da8f4",
                "906a22144c523c85595668dbaafc5fa72f361da57cd3fadb56f01ed0ccfe47db",
            ])
        #expect(Migration.all.map(\.number) == Array(1...Migration.all.count))
    }

    @Test func `the SQLite in use is recent enough`() throws {
        let version = try DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") ?? "" }
        print("SQLite version: \(version)")
        #expect(version.compare("3.35.0", options: .numeric) != .orderedAscending)
    }

    @Test(arguments: HotStatement.all)
    func `hot statements search an index`(_ sql: String) throws {
        let database = try TemporaryDatabase()
        let store = try SQLiteStore(path: database.path)
        let arguments = StatementArguments([Int](repeating: 1, count: sql.contains("?1") ? 1 : sql.count { $0 == "?" }))
        let plan = try store.pool.read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + store.names.resolve(sql), arguments: arguments)
                .map { $0["detail"] as String }
        }
        #expect(!plan.isEmpty)
        // The head of a queue that is read in the order of its key is scanned up to the limit.
        let scans = plan.filter { $0.hasPrefix("SCAN") && !["SCAN w", "SCAN waiting", "SCAN u"].contains($0) }
        #expect(scans == [], "\(plan)")
        #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
    }

    @Test func `a file of another program is refused, and left as it is`() throws {
        let database = try TemporaryDatabase()
        try database.foreign().write { try $0.execute(sql: "CREATE TABLE invoices (id INTEGER)") }
        let error = #expect(throws: StoreError.self) { _ = try SQLiteStore(path: database.path) }
        #expect(error?.reason == .schemaMismatch)
        #expect(error?.detail.contains("invoices") == true)
        let tables = try database.foreign().read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
        #expect(tables == 1)
    }

    @Test func `a file of a newer version is refused`() throws {
        let database = try TemporaryDatabase()
        _ = try SQLiteStore(path: database.path)
        try database.foreign().write { try $0.execute(sql: "INSERT INTO migrations VALUES (99, 'later')") }
        let error = #expect(throws: StoreError.self) { _ = try SQLiteStore(path: database.path) }
        #expect(error?.reason == .schemaMismatch)
    }

    @Test func `a file that is no database is refused`() throws {
        let database = try TemporaryDatabase()
        try Data(repeating: 65, count: 4096).write(to: URL(fileURLWithPath: database.path))
        let error = #expect(throws: StoreError.self) { _ = try SQLiteStore(path: database.path) }
        #expect(error?.reason == .corrupt)
    }

    @Test func `two stores share neither id nor secret, and one keeps both`() throws {
        let (one, other) = (try TemporaryDatabase(), try TemporaryDatabase())
        let first = try SQLiteStore(path: one.path).identity
        #expect(try SQLiteStore(path: other.path).identity.id != first.id)
        #expect(try SQLiteStore(path: one.path).identity.id == first.id)
        let token = CompletionToken(effect: EffectID(rawValue: 1), run: 1, lease: LeaseID(rawValue: 2))
        let text = token.signed(with: first.secret)
        #expect(CompletionToken(text, secret: try SQLiteStore(path: one.path).identity.secret) == token)
        #expect(CompletionToken(text, secret: try SQLiteStore(path: other.path).identity.secret) == nil)
    }
}
