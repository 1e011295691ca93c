import Ensue
import EnsueTesting
import PostgresServer
import Synchronization
import Testing

@testable import EnsuePostgres

/// Lists of much, of which little is wanted.
@Suite(.timeLimit(.minutes(3)))
struct ListingTests {
    @Test func `where looking is dear, pages of what is ready are short, and together whole`() async throws {
        try await TemporarySchema.withStore(clock: SlowClock()) { database, store in
            try await database.execute(
                "INSERT INTO effects (kind) SELECT 'test.work' FROM generate_series(1, 200000)")
            try await database.execute("DELETE FROM ready WHERE effect BETWEEN 100 AND 199980")
            let recent = try await database.now() - .seconds(3600)
            for _ in 1...6 { _ = try await store.effects(EffectQuery(state: .ready, since: recent)) }
            let ids = (199_981...200_000).reversed() + (1...99).reversed()
            #expect(try await store.allEffects(EffectQuery(state: .ready)).map(\.id.rawValue) == ids.map(Int64.init))
            let page = try await store.effects(EffectQuery(state: .ready))
            #expect(page.items.count == 20 && page.next != nil)
        }
    }

    @Test func `times find what follows a long transaction, whose rows are of its beginning`() async throws {
        try await TemporarySchema.withStore { database, store in
            let start = try await database.now()
            try await database.execute("INSERT INTO effects (kind) SELECT 'test.old' FROM generate_series(1, 3000)")
            try await database.advance(by: .seconds(3600))
            let later = try await database.now()
            for _ in 1...3 {
                try await database.execute("INSERT INTO effects (kind) SELECT 'test.new' FROM generate_series(1, 1000)")
                try await database.withSession { bulk in
                    _ = try await bulk.rows(
                        "INSERT INTO effects (kind, created_at) SELECT 'test.bulk', $1 FROM generate_series(1, 2000)",
                        [.time(start)]
                    ) { _ in }
                }
            }
            try await database.advance(by: .seconds(3600))
            try await database.execute("INSERT INTO effects (kind) SELECT 'test.last' FROM generate_series(1, 3000)")
            func count(since: Timestamp? = nil, until: Timestamp? = nil) async throws -> [EffectKind: Int] {
                let all = try await store.allEffects(EffectQuery(since: since, until: until, limit: 1000))
                return Dictionary(grouping: all, by: \.kind).mapValues(\.count)
            }
            #expect(try await count(since: later) == ["test.new": 3000, "test.last": 3000])
            let middle = try await count(since: later, until: later + .seconds(1800))
            #expect(middle == ["test.new": 3000])
            #expect(try await count(until: start)["test.old"] == nil)
        }
    }

    @Test func `effects of an event are picked by all that is asked for`() async throws {
        try await TemporarySchema.withStore { database, store in
            try await Self.fillStates(database)
            for state in EffectQuery.State.allCases {
                for kind in [nil, "test.even"] as [EffectKind?] {
                    let query = EffectQuery(state: state, kind: kind, event: EventID(rawValue: 7))
                    let all = try await store.allEffects(EffectQuery(event: EventID(rawValue: 7), limit: 1000))
                    let expected = all.filter { $0.state.name == state.rawValue && (kind == nil || $0.kind == kind) }
                    let page = try await store.effects(query)
                    #expect(page.items.map(\.id) == expected.map(\.id) && page.next == nil, "\(state)")
                    #expect(expected.count == (kind == nil ? 20 : 10), "\(state)")
                    let plain = try await store.allEffects(
                        EffectQuery(state: state, kind: kind, since: try await database.now() - .seconds(60), limit: 7))
                    #expect(plain.map(\.id) == expected.map(\.id), "\(state)")
                    #expect(
                        try await store.allEffects(
                            EffectQuery(state: state, since: try await database.now() + .seconds(60))
                        ).isEmpty)
                }
            }
        }
    }

    /// Twenty effects of one event in each state.
    private static func fillStates(_ database: TemporarySchema) async throws {
        try await database.withSession { session in
            try await session.script(
                """
                INSERT INTO effects (kind, event) SELECT CASE n % 2 WHEN 0 THEN 'test.even' ELSE 'test.odd' END, 7
                FROM generate_series(0, 179) AS n;
                CREATE TEMPORARY TABLE places AS SELECT r.*, (r.effect - 1) / 20 AS place FROM ready r;
                DELETE FROM ready WHERE effect > 20;
                INSERT INTO scheduled (effect, due_at) SELECT effect, now() + interval '1 d' FROM places WHERE place = 1;
                INSERT INTO leases (id, worker, open, claimed_at, expires_at)
                SELECT 1, 1, array_agg(effect), now(), now() + interval '1 d' FROM places WHERE place = 2;
                INSERT INTO parked (effect, state, deadline)
                SELECT effect, (ARRAY['held', 'deferred', 'uncertain'])[place - 2],
                    CASE place WHEN 4 THEN now() + interval '1 d' END FROM places WHERE place IN (3, 4, 5);
                INSERT INTO outcomes (effect, completed_at, run, account, kind, outcome, error)
                SELECT effect, now(), 1, account, kind, (ARRAY['completed', 'failed', 'cancelled'])[place - 5], 'no'
                FROM places WHERE place IN (6, 7, 8);
                """)
        }
    }

    @Test(arguments: [EffectQuery.State.scheduled, .held])
    func `a page of what waits is full where there is enough, and the only one where there is nothing`(
        _ state: EffectQuery.State
    ) async throws {
        try await TemporarySchema.withStore { database, store in
            let (column, value) = state == .held ? ("approval", "'required'") : ("due_at", "now() + interval '1 d'")
            try await database.execute(
                """
                INSERT INTO effects (kind, account, \(column))
                SELECT CASE n % 100 WHEN 0 THEN 'test.rare' ELSE 'test.work' END,
                    CASE n WHEN 77 THEN 'acme' ELSE 'default' END, \(value)
                FROM generate_series(1, 60000) AS n
                """)
            try await database.execute("INSERT INTO effects (kind, account) VALUES ('test.work', 'none')")
            let rare = try await store.effects(EffectQuery(state: state, kind: "test.rare"))
            #expect(rare.items.count == 50 && rare.next != nil)
            #expect(try await store.allEffects(EffectQuery(state: state, kind: "test.rare")).count == 600)
            let theirs = try await store.effects(EffectQuery(account: "acme", state: state))
            #expect(theirs.items.map(\.id.rawValue) == [77] && theirs.next == nil)
            let nobodys = try await store.effects(EffectQuery(account: "none", state: state))
            #expect(nobodys.items.isEmpty && nobodys.next == nil)
        }
    }
}

/// On which everything takes long.
private final class SlowClock: EngineClock {
    private let system = SystemClock()
    private let lost = Mutex(Duration.zero)

    func now() -> Timestamp { system.now() }
    func uptime() -> Duration {
        let lost = lost.withLock { lost in
            lost += .milliseconds(60)
            return lost
        }
        return system.uptime() + lost
    }
    func sleep(for span: Duration) async throws { try await system.sleep(for: span) }
}
