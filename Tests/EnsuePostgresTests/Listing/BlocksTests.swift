import Ensue
import PostgresServer
import Testing

@testable import EnsuePostgres

/// What is noted of blocks of ids, from which lists are driven.
@Suite(.timeLimit(.minutes(3)))
struct BlocksTests {
    @Test func `nobody waits for another's open transaction to note a block`() async throws {
        try await TemporarySchema.withStore { database, store in
            try await database.execute("INSERT INTO effects (kind) VALUES ('test.work')")
            try await database.execute("SELECT setval('effect_id', 5000), setval('event_id', 5000)")
            try await database.withSession { open in
                try await open.script(
                    "BEGIN; INSERT INTO effects (kind) VALUES ('test.work'); INSERT INTO events (type) VALUES ('a.B')")
                try await database.execute("INSERT INTO effects (kind) VALUES ('test.work')")
                try await database.execute("INSERT INTO events (type) VALUES ('a.B')")
                #expect(try await store.effects(EffectQuery()).items.count == 2)
                try await open.script("COMMIT")
            }
            #expect(try await database.count("SELECT count(*) FROM effect_blocks WHERE block = 4") == 2)
            for query in [EffectQuery(), EffectQuery(kind: "test.work"), EffectQuery(limit: 1)] {
                let ids = try await store.allEffects(query).map(\.id.rawValue)
                #expect(ids == [5002, 5001, 1])
            }
            #expect(try await store.events(EventQuery(type: "a.B")).items.count == 2)
        }
    }

    @Test func `what was rolled back is noted again by the next`() async throws {
        try await TemporarySchema.withStore { database, store in
            try await database.withSession { session in
                try await session.script(
                    """
                    BEGIN; INSERT INTO effects (kind) VALUES ('test.work');
                    SAVEPOINT here; INSERT INTO effects (kind) VALUES ('test.other'); ROLLBACK TO SAVEPOINT here;
                    INSERT INTO effects (kind) VALUES ('test.other'); COMMIT;
                    BEGIN; INSERT INTO effects (kind, account) VALUES ('test.work', 'acme'); ROLLBACK;
                    INSERT INTO effects (kind, account) VALUES ('test.work', 'acme');
                    """)
            }
            #expect(try await store.effects(EffectQuery(kind: "test.other")).items.count == 1)
            #expect(try await store.effects(EffectQuery(account: "acme")).items.count == 1)
        }
    }

    @Test func `one block has one note for each kind, however many statements there are`() async throws {
        try await TemporarySchema.withStore { database, _ in
            for _ in 1...20 { try await database.execute("INSERT INTO effects (kind) VALUES ('test.work')") }
            try await database.execute("INSERT INTO effects (kind) SELECT 'test.work' FROM generate_series(1, 5000)")
            #expect(try await database.count("SELECT count(*) FROM effect_blocks") == 5)
        }
    }

    @Test func `what an open transaction has inserted is listed although retention emptied its block`() async throws {
        try await TemporarySchema.withStore { database, store in
            try await database.execute(
                "INSERT INTO effects (kind) SELECT 'test.work' FROM generate_series(1, 500)")
            try await database.execute("INSERT INTO events (type) SELECT 'a.B' FROM generate_series(1, 500)")
            try await database.execute(
                """
                WITH gone AS (DELETE FROM ready RETURNING kind, account, effect)
                INSERT INTO outcomes (effect, completed_at, run, account, kind, outcome)
                SELECT effect, created_at, 1, g.account, g.kind, 'completed' FROM gone g JOIN effects ON id = effect
                """)
            try await database.execute("DELETE FROM unrouted")
            try await database.execute("SELECT setval('effect_id', 400000), setval('event_id', 400000)")
            try await database.advance(by: .seconds(60))
            try await database.withSession { late in
                try await late.script(
                    """
                    BEGIN; INSERT INTO effects (id, kind) VALUES (600, 'test.work');
                    INSERT INTO events (id, type) VALUES (600, 'a.B')
                    """)
                while try await store.retire(olderThan: .seconds(30), limit: 700) > 0 {}
                #expect(try await database.count("SELECT count(*) FROM effects") == 0)
                try await late.script("COMMIT")
            }
            #expect(try await store.effects(EffectQuery()).items.map(\.id.rawValue) == [600])
            #expect(try await store.events(EventQuery(type: "a.B")).items.map(\.id.rawValue) == [600])
        }
    }

    @Test func `a list of what is rare is made of short pages, and ends`() async throws {
        try await TemporarySchema.withStore { database, store in
            try await database.execute(
                """
                INSERT INTO effects (kind) SELECT CASE WHEN n % 1024 = 500 THEN 'test.rare' ELSE 'test.work' END
                FROM generate_series(1, 50000) AS n
                """)
            let first = try await store.effects(EffectQuery(kind: "test.rare"))
            #expect(first.items.count < 30 && first.next != nil)
            let all = try await store.allEffects(EffectQuery(kind: "test.rare"))
            #expect(all.map(\.id.rawValue) == stride(from: 500 + 48 * 1024, through: 500, by: -1024).map(Int64.init))
        }
    }

    @Test func `times are found among ids that do not follow them exactly`() async throws {
        try await TemporarySchema.withStore { database, store in
            try await database.execute(
                """
                INSERT INTO effects (kind, created_at) SELECT 'test.work', timestamptz '2026-01-01' + n * interval '1 minute'
                    - CASE n % 10 WHEN 3 THEN interval '3 minutes' ELSE interval '0' END
                FROM generate_series(1, 5000) AS n
                """)
            try await database.execute(
                """
                UPDATE effect_blocks SET noted_at = (
                    SELECT max(created_at) FROM effects WHERE id <= block << \(IDBlock.bits) OR id = 1)
                """)
            let start = try #require(Timestamp(iso8601: "2026-01-01T00:00:00Z"))
            for (since, until) in [(0, 60), (1000, 1010), (2000, 2001), (4990, 6000), (-100, 0), (6000, 7000)] {
                let query = EffectQuery(
                    since: start + .seconds(since * 60), until: start + .seconds(until * 60), limit: 7)
                let expected = try await database.rows(
                    """
                    SELECT id FROM effects WHERE created_at >= timestamptz '2026-01-01Z' + interval '\(since) minutes'
                        AND created_at < timestamptz '2026-01-01Z' + interval '\(until) minutes' ORDER BY id DESC
                    """
                ) { $0.int(0) }
                let found = try await store.allEffects(query).map(\.id.rawValue)
                #expect(found == expected, "from \(since) to \(until)")
            }
        }
    }

    @Test func `large outputs end a page as large payloads do`() async throws {
        try await TemporarySchema.withStore { database, store in
            try await database.execute("INSERT INTO effects (kind) SELECT 'test.work' FROM generate_series(1, 40)")
            try await database.execute(
                """
                WITH gone AS (DELETE FROM ready RETURNING kind, account, effect)
                INSERT INTO outcomes (effect, completed_at, run, account, kind, outcome, output)
                SELECT effect, now(), 1, account, kind, 'completed', to_json(repeat('x', 100000)) FROM gone
                """)
            let page = try await store.effects(EffectQuery(state: .completed))
            #expect(page.items.count == 10 && page.next == page.items.last?.id)
            #expect(try await store.allEffects(EffectQuery(state: .completed)).count == 40)
        }
    }
}

extension PostgresStore {
    /// All pages of a list.
    func allEffects(_ query: EffectQuery) async throws -> [EffectRecord] {
        var (query, all): (EffectQuery, [EffectRecord]) = (query, [])
        repeat {
            let page = try await effects(query)
            all += page.items
            query.before = page.next
        } while query.before != nil
        return all
    }
}
