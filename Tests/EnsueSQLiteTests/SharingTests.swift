import Ensue
import EnsueSQLite
import EnsueTesting
import Foundation
import GRDB
import Testing

/// The store in an application's own database.
@Suite struct SharingTests {
    private let database: TemporaryDatabase
    private let pool: DatabasePool
    private let store: SQLiteStore

    init() throws {
        database = try TemporaryDatabase()
        pool = try DatabasePool(path: database.path)
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try pool.write { try $0.execute(sql: "CREATE TABLE orders (id INTEGER PRIMARY KEY, state TEXT)") }
        store = try SQLiteStore(sharing: pool)
    }

    @Test func `everything of ours bears the prefix, and nothing of theirs is touched`() throws {
        let names = try pool.read { db in
            try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
        }
        #expect(names.filter { !$0.hasPrefix("ensue_") } == ["orders"])
        #expect(names.contains("ensue_ledger"))
    }

    @Test func `a request in the application's transaction is there if that commits, and only then`() async throws {
        let receipt = try await pool.write { [store] db in
            try db.execute(sql: "INSERT INTO orders (state) VALUES ('paid')")
            return try store.request(Greet(name: "Ada"), in: db)
        }
        struct ChangedMind: Error {}
        await #expect(throws: ChangedMind.self) {
            try await pool.write { [store] db in
                try store.request(Greet(name: "Bob"), in: db)
                try store.record(Greeted(name: "Bob"), in: db)
                throw ChangedMind()
            }
        }
        #expect(try await store.effect(receipt.id)?.state == .ready(run: 1))
        #expect(try await pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM ensue_effects") } == 1)
        #expect(try await pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM ensue_events") } == 0)
    }

    @Test func `a request in the application's transaction wakes those who wait for it`() async throws {
        var changes = store.changes().makeAsyncIterator()
        _ = await changes.next()
        try await pool.write { [store] db in _ = try store.request(Greet(name: "Ada"), in: db) }
        #expect(await changes.next()?.contains(.effects) == true)
    }

    @Test func `an application that observes our tables sees what is inserted`() async throws {
        let observation = ValueObservation.tracking { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM ensue_effects") ?? 0
        }
        _ = try await store.request([EffectRequest(Greet(name: "Ada"))])
        var counts = observation.removeDuplicates().values(in: pool).makeAsyncIterator()
        #expect(try await counts.next() == 1)
        _ = try await store.request([EffectRequest(Greet(name: "Bob"))])
        #expect(try await counts.next() == 2)
    }

    @Test func `a database that acknowledges before it has written is refused unless that is wanted`() throws {
        let other = try TemporaryDatabase()
        let lax = try DatabasePool(path: other.path)
        let error = #expect(throws: StoreError.self) { _ = try SQLiteStore(sharing: lax) }
        #expect(error?.detail.contains("synchronous") == true)
        _ = try SQLiteStore(sharing: lax, allowingWeakerDurability: true)
    }

    @Test func `a handler's own writes and the settling commit together`() async throws {
        var handlers = Handlers()
        handlers.handle(Greet.self, committingIn: store) { greet, db, context in
            try db.execute(sql: "INSERT INTO orders (state) VALUES (?)", arguments: [greet.name])
            try context.record(Greeted(name: greet.name))
            return NoOutput()
        }
        let engine = try Engine(store: store, handlers: handlers)
        let request = try await engine.request(Greet(name: "Ada"))
        let outcome = try await running(engine) { try await request.outcome(within: .seconds(20)) }
        #expect(outcome?.kind == .completed)
        #expect(try await pool.read { try String.fetchAll($0, sql: "SELECT state FROM orders") } == ["Ada"])
        #expect(try await pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM ensue_events") } == 1)
    }

    @Test func `a handler whose own writes fail leaves none of them and is retried`() async throws {
        var handlers = Handlers()
        handlers.handle(Greet.self, committingIn: store, policy: .retrying(attempts: 2, backoff: .fixed(.zero))) {
            _, db, context in
            try db.execute(sql: "INSERT INTO orders (state) VALUES ('run \(context.run)')")
            try context.record(Greeted(name: "never"))
            if context.run == 1 { throw Invalid("not yet") }
            return NoOutput()
        }
        let engine = try Engine(store: store, handlers: handlers)
        let request = try await engine.request(Greet(name: "Ada"))
        let outcome = try await running(engine) { try await request.outcome(within: .seconds(20)) }
        #expect(outcome?.run == 2)
        #expect(try await pool.read { try String.fetchAll($0, sql: "SELECT state FROM orders") } == ["run 2"])
        #expect(try await pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM ensue_events") } == 1)
    }

    @Test func `a handler that commits in another store is a conflict at start`() throws {
        let other = try TemporaryDatabase()
        var handlers = Handlers()
        handlers.handle(Greet.self, committingIn: try SQLiteStore(path: other.path)) { _, _, _ in NoOutput() }
        #expect(throws: HandlerConflicts.self) { _ = try Engine(store: store, handlers: handlers) }
    }

    private func running<Value: Sendable>(
        _ engine: Engine, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await engine.run() }
            let value = try await body()
            group.cancelAll()
            return value
        }
    }
}
