import Ensue
import EnsueSQLite
import EnsueTesting
import GRDB
import Testing

/// The Swift and the SQL in `Documentation/Coming-from-django-spark.md`.
@Suite struct ExamplesFromDjangoSparkTests {
    struct Challenge: Decodable, FetchableRecord, Sendable {
        var id: Int64
        var email: String
        var daysLeft: Int
    }

    struct SendMail: Effect {
        static let kind: EffectKind = "mail.send"
        var to: String
        var template: String
    }

    static func events(from challenge: Challenge) -> [EventDraft] {
        func event(_ type: EventType) -> EventDraft {
            EventDraft(
                type: type,
                data: JSONText(["challenge": .string("\(challenge.id)"), "email": .string(challenge.email)]),
                key: "\(type)_\(challenge.id)")
        }
        var events = [event("challenge_created")]
        if challenge.daysLeft <= 2 { events.append(event("challenge_ends_2d")) }
        if challenge.daysLeft < 0 { events.append(event("challenge_ended")) }
        return events
    }

    static func sweep(_ database: some DatabaseReader, into engine: Engine) async throws {
        let sql = "SELECT id, email, daysLeft FROM challenges WHERE id > ? ORDER BY id LIMIT 500"
        var last: Int64 = 0
        while true {
            let page = try await database.read { [last] db in
                try Challenge.fetchAll(db, sql: sql, arguments: [last])
            }
            guard let end = page.last else { return }
            _ = try await engine.record(page.flatMap(events))  // one transaction a page
            last = end.id
        }
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func makeHandlers() -> Handlers {
        var handlers = Handlers()
        handlers.listen(matching: .regex("challenge_.*"), as: "challenge-mail") { event, context in
            guard let address = try event.data.parsed()["email"]?.string else {
                throw Rejection("the event has no address")
            }
            try context.request(SendMail(to: address, template: event.type.rawValue))
        }
        return handlers
    }

    private func openChallenges() throws -> DatabasePool {
        let pool = try DatabasePool(path: folder.store)
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try pool.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE challenges (id INTEGER PRIMARY KEY, email TEXT NOT NULL, daysLeft INTEGER NOT NULL);
                    INSERT INTO challenges (email, daysLeft) VALUES ('anna@example.com', 9), ('bert@example.com', 1)
                    """)
        }
        return pool
    }

    @Test func `a sweep that is repeated mails nobody twice`() async throws {
        let pool = try openChallenges()
        let engine = try await TestEngine(makeHandlers())
        try await Self.sweep(pool, into: engine.engine)
        try await Self.sweep(pool, into: engine.engine)
        try await engine.drain()
        let mails = try engine.requested(SendMail.self).map { "\($0.to) \($0.template)" }
        #expect(
            mails == [
                "anna@example.com challenge_created", "bert@example.com challenge_created",
                "bert@example.com challenge_ends_2d",
            ])
    }

    @Test func `a sweep can be one statement`() async throws {
        let pool = try openChallenges()
        _ = try SQLiteStore(sharing: pool)
        let sql = """
            INSERT INTO ensue_events (type, key, data)
            SELECT 'challenge_ends_2d', 'challenge_ends_2d_' || id, json_object('challenge', id, 'email', email)
            FROM challenges WHERE daysLeft <= 2;
            """
        for _ in 1...2 { try await pool.write { try $0.execute(sql: sql) } }
        #expect(try LedgerChecker(path: folder.store).count("SELECT count(*) FROM ensue_events") == 1)
    }
}
