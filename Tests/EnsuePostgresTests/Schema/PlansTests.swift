import Ensue
import PostgresServer
import Testing

@testable import EnsuePostgres

/// How the server goes about the statements that everything depends on, where there is much of everything.
@Suite(.timeLimit(.minutes(5)))
struct PlansTests {
    /// Of these there are few, or they are parts of the statement itself.
    private static let small: Set<String> = [
        "adopted", "adoptions", "leases", "rules", "kinds", "accounts", "workers", "ranges", "store", "chores",
        "ended",
    ]

    /// A statement with its parameters, as types and literals.
    struct Hot: Sendable, CustomTestStringConvertible {
        let name: String
        let sql: String
        let parameters: [(type: String, value: String)]
        /// Whether it reads the head of a queue, which must not be sorted for it.
        var isQueue = false

        var testDescription: String { name }
    }

    private static let ids = "{" + (2001...2500).map(String.init).joined(separator: ",") + "}"
    private static let range = [("bigint", "2001"), ("bigint", "2500")]

    private static let statements: [Hot] = [
        Hot(
            name: "sweep", sql: HotStatement.sweep,
            parameters: [("bigint[]", "{1,1}"), ("bigint[]", "{3,0}"), ("bigint[]", "{2147483647,3}")], isQueue: true),
        Hot(
            name: "takeReady", sql: HotStatement.takeReady,
            parameters: [
                ("bigint[]", "{1,1}"), ("bigint[]", "{1,2}"), ("bigint[]", "{2,2}"), ("bigint[]", "{0,500}"),
                ("bigint[]", "{500,500}"),
            ], isQueue: true),
        Hot(
            name: "isReady", sql: HotStatement.isReady,
            parameters: [("bigint[]", "{2}"), ("bigint[]", "{1}"), ("bigint[]", "{2}"), ("bigint[]", "{500}")],
            isQueue: true),
        Hot(name: "pending", sql: HotStatement.pending, parameters: [("bigint", "10")], isQueue: true),
        Hot(name: "claimedStretch", sql: HotStatement.claimedStretch, parameters: range),
        Hot(name: "claimedEffects", sql: HotStatement.claimedEffects, parameters: range + [("bigint[]", ids)]),
        Hot(name: "histories", sql: HotStatement.histories, parameters: [("bigint[]", ids)] + range),
        Hot(name: "promote", sql: HotStatement.promote, parameters: [("bigint", "500")], isQueue: true),
        Hot(name: "expire", sql: HotStatement.expire, parameters: [("bigint", "500")], isQueue: true),
        Hot(
            name: "unrouted", sql: HotStatement.unrouted, parameters: [("bigint", "0"), ("bigint", "500")],
            isQueue: true),
        Hot(
            name: "settle alike", sql: SettleTogether.alike,
            parameters: [
                ("bigint", "7"), ("bigint[]", ids), ("timestamptz[]", "{}"), ("text", "completed"), ("bigint", "1"),
                ("bigint", "1"), ("bigint", "1"),
            ]),
        Hot(
            name: "settle differently", sql: SettleTogether.different,
            parameters: [("bigint", "7"), ("bigint[]", ids), ("timestamptz[]", "{}"), ("text[]", "{}")]
                + [
                    "bigint[]", "bigint[]", "bigint[]", "json[]", "text[]", "bigint[]", "bigint[]", "text[]",
                    "bigint[]",
                ]
                .map { ($0, "{}") }),
    ]

    /// Tens of thousands of everything, in three ranges of ids.
    static func fill(_ database: TemporarySchema) async throws {
        try await database.withSession { session in
            try await session.script(
                """
                INSERT INTO accounts (name) SELECT 'account' || n FROM generate_series(2, 50) AS n;
                SELECT add_range('effects', \(IDRange.size) * n, \(IDRange.size) * (n + 1)) FROM generate_series(1, 2) n;
                INSERT INTO effects (kind, account, priority)
                SELECT 'test.kind' || n % 5, coalesce('account' || nullif(n % 50 + 1, 1), 'default'), n % 4
                FROM generate_series(1, 50000) AS n;
                INSERT INTO effects (kind) SELECT 'test.kind1' FROM generate_series(1, 30000);
                INSERT INTO effects (kind, due_at) SELECT 'test.kind1', now() + n * interval '1 s'
                FROM generate_series(1, 20000) AS n;
                INSERT INTO effects (id, kind, approval) SELECT \(IDRange.size) + n, 'test.kind1', 'required'
                FROM generate_series(1, 10000) AS n;
                UPDATE parked SET state = 'deferred', deadline = now() + interval '1 d' WHERE effect % 2 = 0;
                INSERT INTO events (type) SELECT 'test.Happened' FROM generate_series(1, 20000);
                INSERT INTO attempts (effect, run, result, ended_at)
                SELECT n, r, 'failed', now() FROM generate_series(1, 20000) AS n, generate_series(1, 2) AS r;
                INSERT INTO outcomes (effect, completed_at, run, account, kind, outcome)
                SELECT \(IDRange.size) * (n % 3) + 2000000 + n, now(), 1, 1, 1, 'completed'
                FROM generate_series(1, 30000) AS n;
                """)
            try await session.script("ANALYZE")
        }
    }

    /// Tables that a plan reads through, and the ranges of ids that it looks into besides the first.
    static func faults(_ plan: [String], _ statement: Hot) -> [String] {
        plan.filter { line in
            if let scan = line.firstMatch(of: /Seq Scan on (?:\w+\.)?(\w+)/) { return !small.contains(String(scan.1)) }
            return line.contains(/\bon (?:\w+\.)?(?:effects|attempts|outcomes)_[12]\b/)
                || (statement.isQueue && line.contains(/\bSort\b/))
        }
    }

    @Test func `hot statements search indexes, in the partitions that they name, whatever their parameters are`()
        async throws
    {
        try await TemporarySchema.withStore { database, store in
            try await Self.fill(database)
            #expect(Self.statements.filter { HotStatement.all.contains($0.sql) }.count == HotStatement.all.count)
            for statement in Self.statements {
                for mode in ["force_custom_plan", "force_generic_plan"] {
                    let plan = try await Self.plan(statement, mode, database, store.names)
                    let faults = Self.faults(plan, statement)
                    #expect(faults == [], "\(statement.name), \(mode):\n\(plan.joined(separator: "\n"))")
                    #expect(plan.contains { $0.contains("Index") } || statement.name.hasPrefix("settle"))
                }
            }
        }
    }

    static func plan(
        _ statement: Hot, _ mode: String, _ database: TemporarySchema, _ names: Names
    ) async throws -> [String] {
        let types = statement.parameters.map(\.type).joined(separator: ", ")
        let values = statement.parameters.map { Names.literal($0.value) }.joined(separator: ", ")
        var plan: [String] = []
        try await database.withSession { session in
            try await session.script(
                "SET plan_cache_mode = \(mode); PREPARE hot (\(types)) AS " + names.resolve(statement.sql))
            plan = try await session.rows("EXPLAIN (COSTS OFF) EXECUTE hot (\(values))") { $0.text(0) }
        }
        return plan
    }

    @Test func `no verb reads a large table through`() async throws {
        try await TemporarySchema.using { database in
            try await database.withStore { store in
                try await store.join(.worker(1, "test.kind1"))
                try await Self.fill(database)
            }
            let before = try await Self.scans(database)
            #expect(before.count > 10)
            try await database.withStore { try await Self.work($0) }
            let scanned = try await Self.scans(database).filter { before[$0.key] != $0.value }
            #expect(scanned == [:], "before: \(before)")
        }
    }

    /// How often each large table that has rows was read through.
    private static func scans(_ database: TemporarySchema) async throws -> [String: Int64] {
        try await database.waitForSessionsToEnd()
        let scans = try await database.rows(
            """
            SELECT relname::text, seq_scan FROM pg_stat_user_tables
            WHERE schemaname = \(Names.literal(database.name)) AND n_live_tup > 1000
            """
        ) { ($0.text(0), $0.int(1)) }
        return Dictionary(uniqueKeysWithValues: scans)
    }

    /// What workers and people do, most of it more often than a plan is made anew.
    private static func work(_ store: PostgresStore) async throws {
        let kind: EffectKind = "test.kind1"
        let worker = WorkerID(rawValue: 1)
        try await store.join(.worker(1, kind))
        for lease in 1...8 as ClosedRange<Int64> {
            let claimed = try await store.claim(100, lease: lease, kind: kind)
            #expect(claimed.count == 100)
            let transitions = [
                Transition(to: .ended(.completed)), Transition(to: .ended(.failed, error: "no")),
                Transition(to: .scheduled(after: .seconds(60)), attempted: .init(.failed)),
                Transition(to: .deferred(within: .seconds(60))), Transition(to: .ready, attempted: .init(.lost)),
            ]
            let runs = claimed.prefix(60).enumerated().map { index, claimed in
                SettledRun(of: claimed, startedAt: nil, transition: transitions[index % (lease < 4 ? 1 : 5)])
            }
            #expect(try await store.settle(Array(runs)).stale.isEmpty)
            try await store.release(claimed[60..<80].map(\.id), of: LeaseID(rawValue: lease))
            _ = try await store.beat(
                Heartbeat(worker: worker, leases: [LeaseID(rawValue: lease)], lease: .seconds(600)))
            _ = try await store.command(.cancel(reason: nil), on: claimed[99].id, random: 0)
            _ = try await store.effect(claimed[0].id)
            _ = try await store.route(limit: 100)
            _ = try await store.advance(limit: 100)
            _ = try await store.follow(limit: 100)
            _ = try await store.rescue(limit: 100, sparing: nil)
            _ = try await store.pending([kind])
            _ = try await store.record([.happened(key: "key \(lease)"), .happened()])
            _ = try await store.request([.work(key: "key \(lease)"), .work()])
        }
        try await store.leave(worker)
    }
}
