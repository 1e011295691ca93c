import Ensue
import EnsueTesting
import PostgresServer
import Testing

@testable import EnsuePostgres

/// A schema that an older version has left, with what was in it.
@Suite(.timeLimit(.minutes(3)))
struct UpgradeTests {
    /// Lets `body` have the schema as it was first released.
    private static func usingFirst(_ body: (TemporarySchema) async throws -> Void) async throws {
        try await TemporarySchema.using { database in
            let connection = try await PostgresConnection.open(
                try ConnectionOptions(address: database.server.address()))
            try await connection.script(
                "SET client_min_messages = warning;"
                    + Migration.script(from: 0, to: 1, Names(schema: database.name)))
            await connection.close()
            try await body(database)
        }
    }

    private static func fill(_ database: TemporarySchema) async throws {
        try await database.execute(
            """
            INSERT INTO effects (kind, account, event, cause) SELECT CASE n % 1000 WHEN 7 THEN 'test.rare' ELSE 'test.work' END,
                CASE n % 700 WHEN 3 THEN 'acme' ELSE 'default' END, n % 3, nullif(n % 5, 0)
            FROM generate_series(1, 3000) AS n
            """)
        try await database.execute(
            """
            INSERT INTO events (type, source, cause) SELECT CASE n % 1000 WHEN 7 THEN 'test.Rare' ELSE 'test.Happened' END,
                CASE n % 100 WHEN 3 THEN '/poll/' || n END, nullif(n % 5, 0) FROM generate_series(1, 3000) AS n
            """)
        try await database.execute("INSERT INTO effects (kind, approval) VALUES ('test.work', 'required')")
        try await database.execute(
            "INSERT INTO rejections (account, source, body, reason) VALUES ('default', '/hooks', '{', 'it is no JSON')")
    }

    @Test func `what was there before an upgrade is listed afterwards`() async throws {
        try await Self.usingFirst { database in
            try await Self.fill(database)
            try await database.withStore { store in
                #expect(try await database.count("SELECT max(number) FROM migrations") == Int64(Migration.latest))
                let rare = try await store.effects(EffectQuery(kind: "test.rare"))
                #expect(rare.items.map(\.id.rawValue) == [2007, 1007, 7] && rare.next == nil)
                let theirs = try await store.effects(EffectQuery(account: "acme"))
                #expect(theirs.items.map(\.id.rawValue) == [2803, 2103, 1403, 703, 3])
                #expect(try await store.effects(EffectQuery(limit: 1000)).items.map(\.id.rawValue).last == 2000)
                #expect(try await store.effects(EffectQuery(state: .held)).items.map(\.id.rawValue) == [3001])
                let events = try await store.events(EventQuery(type: "test.Rare"))
                #expect(events.items.map(\.id.rawValue) == [2007, 1007, 7])
                let polled = try await store.events(EventQuery(source: try SourceName("/poll/203")))
                #expect(polled.items.map(\.id.rawValue) == [203])
                let following = try await store.consequences(
                    ofEvents: [], ofEffects: [EffectID(rawValue: 4)], limit: 3)
                #expect(following.effects.map(\.id.rawValue) == [4, 9, 14])
                #expect(following.events.map(\.id.rawValue) == [4, 9, 14])
                let rejection = try #require(try await store.rejections(RejectionQuery()).items.first)
                #expect(try await store.resolve(rejection.id, as: "event 17"))
            }
        }
    }

    @Test func `an upgraded schema is the same as a new one`() async throws {
        try await Self.usingFirst { old in
            try await old.withStore { _ in }
            try await TemporarySchema.withStore { new, _ in
                let (upgraded, fresh) = (try await Self.shape(old), try await Self.shape(new))
                #expect(upgraded == fresh)
                #expect(fresh.count > 100)
            }
        }
    }

    /// Columns, indexes and functions.
    private static func shape(_ database: TemporarySchema) async throws -> [String] {
        try await database.rows(
            """
            SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default)
            FROM information_schema.columns WHERE table_schema = current_schema()
            UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
            UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc p
            WHERE p.pronamespace = current_schema()::regnamespace
            ORDER BY 1
            """
        ) { $0.text(0) }.map { $0.replacing(database.name, with: "schema") }
    }

    @Test func `programs of the former version go on, and what they add is listed`() async throws {
        try await Self.usingFirst { database in
            try await Self.fill(database)
            try await database.withSession { former in
                try await former.script("PREPARE request AS INSERT INTO effects (kind, account) VALUES ($1, $2)")
                try await former.script("EXECUTE request ('test.work', 'default')")
                try await database.withStore { store in
                    try await former.script("EXECUTE request ('test.new', 'default')")
                    #expect(try await store.effects(EffectQuery(kind: "test.new")).items.count == 1)
                    let serves = "SELECT max(serves_from) FROM migrations"
                    #expect(try await database.count(serves) == 1, "the first version's programs may still open it")
                }
            }
        }
    }

    @Test func `an upgrade does not make producers wait for a transaction that somebody has left open`() async throws {
        try await Self.usingFirst { database in
            try await database.withSession { forgetful in
                try await forgetful.script("BEGIN; INSERT INTO effects (kind) VALUES ('test.forgotten')")
                try await withThrowingTaskGroup { group in
                    group.addTask { try await database.withStore { _ in } }
                    try await database.waitForBlocked()
                    for _ in 1...3 { try await database.execute("INSERT INTO effects (kind) VALUES ('test.work')") }
                    #expect(try await database.count("SELECT max(number) FROM migrations") == 1)
                    try await forgetful.script("COMMIT")
                    try await group.waitForAll()
                }
            }
            try await database.withStore { store async throws in
                #expect(try await store.effects(EffectQuery(kind: "test.forgotten")).items.count == 1)
                #expect(try await store.effects(EffectQuery(kind: "test.work")).items.count == 3)
            }
        }
    }

    @Test func `an upgrade that cannot have its locks says who is in the way`() async throws {
        try await Self.usingFirst { database in
            try await database.withSession { forgetful in
                try await forgetful.script(
                    "SET application_name = 'forgetful'; BEGIN; INSERT INTO effects (kind) VALUES ('a.b')")
                let error = await #expect(throws: StoreError.self) {
                    try await database.withStore(clock: HastyClock()) { _ in }
                }
                #expect(error?.reason == .busy)
                #expect(
                    error?.detail.contains(/process \d+ \(forgetful\) since 20/) == true, "\(String(describing: error))"
                )
                try await forgetful.script("ROLLBACK")
            }
            #expect(try await database.count("SELECT max(number) FROM migrations") == 1)
            try await database.withStore { _ in }
        }
    }

    @Test func `a plan is what runs`() async throws {
        try await Self.usingFirst { database in
            let plan = try await MigrationPlan.of(database.address, logger: .quiet)
            #expect(
                plan.present == 1 && plan.script.contains("SET LOCAL lock_timeout")
                    && plan.script.contains("LOCK TABLE"))
            try await database.withSession { session in try await session.script("BEGIN;\n\(plan.script)COMMIT;") }
            #expect(try await database.count("SELECT max(number) FROM migrations") == Int64(Migration.latest))
            #expect(try await MigrationPlan.of(database.address, logger: .quiet).script.isEmpty)
        }
    }

    @Test func `times lead to what was there before an upgrade, however long its transactions took`() async throws {
        try await Self.usingFirst { database in
            try await database.execute(
                """
                INSERT INTO effects (kind, created_at) SELECT 'test.work', timestamptz '2026-01-01Z'
                    + CASE WHEN n BETWEEN 2000 AND 5000 THEN interval '0' ELSE n * interval '1 s' END
                FROM generate_series(1, 9000) AS n
                """)
            try await database.withStore { store in
                let start = try #require(Timestamp(iso8601: "2026-01-01T00:00:00Z"))
                let later = try await store.allEffects(EffectQuery(since: start + .seconds(1990), limit: 1000))
                #expect(later.map(\.id.rawValue) == (5001...9000).reversed() + (1990...1999).reversed())
                let between = EffectQuery(since: start + .seconds(6000), until: start + .seconds(6010))
                #expect(try await store.allEffects(between).map(\.id.rawValue) == (6000...6009).reversed())
            }
        }
    }

    @Test func `whoever had rights to the queues has them to what an upgrade adds`() async throws {
        try await Self.usingFirst { database in
            let role = "worker_\(database.name)"
            try await database.execute("CREATE ROLE \(role)")
            try await database.execute(
                "GRANT SELECT, INSERT, DELETE ON ALL TABLES IN SCHEMA \(database.name) TO \(role)")
            try await database.withStore { _ in }
            let rights = try await database.rows(
                """
                SELECT p || ' ' || t || ' ' || has_table_privilege('\(role)', t::regclass, p)
                FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p,
                    unnest(ARRAY['effect_blocks', 'event_blocks']) t
                """
            ) { $0.text(0) }
            #expect(rights.count { $0.hasSuffix("true") } == 6)
            #expect(rights.contains("UPDATE effect_blocks false"))
            try await database.execute("DROP OWNED BY \(role)")
            try await database.execute("DROP ROLE \(role)")
        }
    }
}

/// One on which nobody waits.
private struct HastyClock: EngineClock {
    private let system = SystemClock()

    func now() -> Timestamp { system.now() }
    func uptime() -> Duration { system.uptime() }
    func sleep(for span: Duration) async throws {}
}
