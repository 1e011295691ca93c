import Ensue
import EnsueTesting
import Testing

@testable import EnsuePostgres

/// While some session holds a transaction open, rows that were claimed cannot be removed.
@Suite(.timeLimit(.minutes(5)))
struct DeadRowsTests {
    private static let effects = 20_000
    private static let step = 1000

    @Test func `with a mark, claiming walks over nothing that was claimed before, however much of it is left`()
        async throws
    {
        let clock = ManualClock()
        try await TemporarySchema.using { database in
            try await database.withSession { holder in
                try await database.withStore(clock: clock) { store in
                    try await store.join(.worker())
                    try await database.execute(
                        "INSERT INTO effects (kind) SELECT 'test.work' FROM generate_series(1, \(Self.effects))")
                    try await holder.script(
                        "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_current_xact_id(), count(*) FROM ready")
                    var claimed = Set(try await store.claim(Self.step, lease: 1).map(\.id))
                    // From here on it costs too much to begin at the beginning.
                    let kind = try await database.count("SELECT id FROM kinds")
                    for _ in 1...4 { store.claiming.swept([kind], found: [:], cost: .seconds(60), at: clock.uptime()) }
                    for lease in 2...Int64(Self.effects / Self.step) {
                        claimed.formUnion(try await store.claim(Self.step, lease: lease).map(\.id))
                    }
                    #expect(claimed.count == Self.effects)
                    #expect(try await store.claim(Self.step, lease: 1000).isEmpty)
                }
                let visited = try await visited(in: database)
                #expect(visited >= Self.effects && visited < Self.effects * 2, "\(visited) index entries")
                let (from, behind) = (try await pages(database, from: 0), try await pages(database, from: .max))
                #expect(from > 50 && behind < 20, "\(from) pages from the beginning, \(behind) behind the mark")
            }
        }
    }

    /// How many index entries scans of the queue have come by, in all.
    private func visited(in database: TemporarySchema) async throws -> Int {
        try await database.waitForSessionsToEnd()
        return Int(
            try await database.count(
                """
                SELECT idx_tup_read FROM pg_stat_user_indexes
                WHERE schemaname = \(Names.literal(database.name)) AND indexrelname = 'ready_pkey'
                """))
    }

    /// How many pages it takes to look for one effect from a position on.
    private func pages(_ database: TemporarySchema, from position: Int64) async throws -> Int {
        let sql = Names(schema: database.name).resolve(HotStatement.takeReady)
        let plan = try await database.rows(
            "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) " + sql,
            [.integers([1]), .integers([1]), .integers([2]), .integers([position]), .integers([1])]
        ) { $0.text(0) }
        let line = try #require(plan.first { $0.contains("Buffers:") }, "\(plan)")
        let numbers = line.matches(of: /(?:hit|read)=(\d+)/).compactMap { Int($0.1) }
        return numbers.reduce(0, +)
    }
}
