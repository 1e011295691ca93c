import Ensue
import EnsueSQLite
import EnsueTesting
import GRDB
import Synchronization
import Testing

/// The Swift in `Documentation/Coming-from-Celery.md`.
@Suite struct ExamplesFromCeleryTests {
    struct SendSMS: Effect {
        static let kind: EffectKind = "sms.send"
        var to: String
        var text: String
    }

    struct Overloaded: Error { var wait: Duration }
    struct UnknownNumber: Error {}

    /// The world outside: overloaded once.
    final class Gateway: Sendable {
        let tries = Mutex<[String]>([])

        func send(_ text: String, to number: String, key: String) async throws {
            let count = tries.withLock { tries in
                tries.append(key)
                return tries.count
            }
            if number.isEmpty { throw UnknownNumber() }
            if count == 1 { throw Overloaded(wait: .seconds(60)) }
        }
    }

    final class Pager: Sendable {
        let alarms = Mutex<[String]>([])
        func alarm(_ text: String) async throws { alarms.withLock { $0.append(text) } }
    }

    let gateway = Gateway()
    let pager = Pager()

    private func makeHandlers() -> Handlers {
        var handlers = Handlers()
        handlers.handle(
            SendSMS.self,
            policy: .retrying(attempts: 9, backoff: .exponential(limit: .seconds(600)), timeout: .seconds(30))
        ) { [gateway] sms, context in
            do {
                try await gateway.send(sms.text, to: sms.to, key: context.idempotencyKey)
            } catch let error as Overloaded {
                throw RetryLater("the gateway is overloaded", after: error.wait)
            } catch is UnknownNumber {
                throw Rejection("there is no number \(sms.to)")
            }
            return .completed()
        }
        handlers.listen(matching: .exact("ensue.effect.failed"), as: "alarm") { [pager] event, _ in
            let ending = try event.data.decode(EffectEnding.self)
            try await pager.alarm("\(ending.kind) \(ending.effect): \(ending.error ?? "")")
        }
        return handlers
    }

    @Test func `a task that is overloaded runs again when it was told to`() async throws {
        let handlers = makeHandlers()
        let engine = try await TestEngine(handlers, effects: .performed)
        let id = try await engine.request(SendSMS(to: "+46701740605", text: "Hello"))
        try await engine.drain()  // the gateway was overloaded
        #expect(try await engine.outcome(of: id) == nil)
        try await engine.advance(by: .seconds(60))  // no waiting: the test's own clock
        #expect(try await engine.outcome(of: id)?.run == 2)
        #expect(Set(gateway.tries.withLock { $0 }).count == 1, "the key is the same in every run")
    }

    @Test func `a rejected task is not retried, and the alarm hears of it`() async throws {
        let engine = try await TestEngine(makeHandlers(), effects: .performed)
        let id = try await engine.request(SendSMS(to: "", text: "Hello"))
        try await engine.drain()
        #expect(try await engine.outcome(of: id)?.kind == .failed)
        #expect(pager.alarms.withLock { $0 } == ["sms.send \(id): there is no number "])
    }

    @Test func `a task is requested in the order's own transaction`() async throws {
        let folder = try TemporaryFolder()
        let pool = try DatabasePool(path: folder.store)
        try await pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try await pool.write { try $0.execute(sql: "CREATE TABLE orders (id INTEGER PRIMARY KEY, phone TEXT)") }
        let store = try SQLiteStore(sharing: pool)
        let phone = "+46701740605"

        try await pool.write { db in
            try db.execute(sql: "INSERT INTO orders (phone) VALUES (?)", arguments: [phone])
            let order = db.lastInsertedRowID
            try store.request(SendSMS(to: phone, text: "Thank you!"), key: "order-\(order)", in: db)
        }
        #expect(
            try LedgerChecker(path: folder.store).count("SELECT count(*) FROM ensue_ledger WHERE key = 'order-1'") == 1)
    }
}
