import Ensue
import PostgresServer
import Testing

@testable import EnsuePostgres

/// How the server goes about the statements that lists are made from.
@Suite(.timeLimit(.minutes(5)))
struct ListPlansTests {
    typealias Hot = PlansTests.Hot

    private static let stretch = [("text", "default"), ("bigint", "60000"), ("bigint", "0")]

    /// With and without times.
    private static func parts(_ name: String, _ sql: String, by: (String, String)? = nil, room: String = "16") -> [Hot]
    {
        [("2020-01-01", "2100-01-01"), (nil, nil)].map { (since: String?, until: String?) in
            let rest = [
                ("timestamptz", since ?? "-infinity"), ("timestamptz", until ?? "infinity"), ("bigint", "51"),
                ("bigint", room), ("text", "test.kind1"),
            ]
            return Hot(name: name, sql: sql, parameters: stretch + rest + (by.map { [$0] } ?? []))
        }
    }

    private static func few(_ name: String, _ sql: String, _ of: (String, String)? = nil) -> Hot {
        Hot(name: name, sql: sql, parameters: stretch + [("bigint", "51")] + (of.map { [$0] } ?? []))
    }

    private static let byParts: [Hot] = [false, true].flatMap { ofKind in
        [
            parts("effects", ListStatement.effects(ofKind: ofKind)),
            parts("events", ListStatement.events(ofType: ofKind)),
            parts("completed", ListStatement.completed(ofKind: ofKind)),
            parts("ready", ListStatement.ready(ofKind: ofKind), room: "1000"),
            parts("failed", ListStatement.ended("failed", ofKind: ofKind), room: "1000"),
            parts("running", ListStatement.running(ofKind: ofKind), room: "1000"),
            parts("scheduled", ListStatement.place(ListStatement.scheduled, ofKind: ofKind)),
            parts("held", ListStatement.place(ListStatement.parked("held"), ofKind: ofKind)),
            parts("of a source", ListStatement.ofSource(ofType: ofKind), by: ("text", "/thing/17"), room: "1000"),
        ].flatMap(\.self)
            + ([nil] + EffectQuery.State.allCases).flatMap {
                parts(
                    "of an event, \($0?.rawValue ?? "any")", ListStatement.ofEvent($0, ofKind: ofKind),
                    by: ("bigint", "17"), room: "1")
            }
    }

    private static let bounds: [Hot] = [("effect_blocks", "kind"), ("event_blocks", "type")].flatMap { table, name in
        [nil, name].map { name in
            Hot(
                name: "bounds of \(table)", sql: ListStatement.bounds(table, name: name),
                parameters: [("text", "default"), ("timestamptz", "2026-01-01"), ("timestamptz", "2026-01-01")]
                    + (name == nil ? [] : [("text", "test.kind1")]))
        }
    }

    private static let statements: [Hot] =
        byParts + bounds + [
            few("rejections", ListStatement.rejections(includingResolved: true)),
            few("unresolved rejections", ListStatement.rejections(includingResolved: false)),
            few("effect of a key", ListStatement.effectOfKey, ("text", "key")),
            few("event of a key", ListStatement.eventOfKey, ("text", "key")),
            Hot(
                name: "effects following", sql: ListStatement.effectsFollowing,
                parameters: [
                    ("bigint[]", "{1,2,3}"), ("bigint", "50"), ("text", "default"), ("bigint[]", "{1,2,3}"),
                ]),
            Hot(
                name: "events following", sql: ListStatement.eventsFollowing,
                parameters: [("bigint[]", "{1,2,3}"), ("bigint", "50"), ("text", "default")]),
            Hot(name: "kinds", sql: ListStatement.kinds, parameters: [("text", "default")]),
        ]

    @Test func `statements of lists search indexes, whatever their parameters are`() async throws {
        try await TemporarySchema.withStore { database, store in
            try await PlansTests.fill(database)
            try await Self.fill(database)
            for statement in Self.statements {
                for mode in ["force_custom_plan", "force_generic_plan"] {
                    let plan = try await PlansTests.plan(statement, mode, database, store.names)
                    let faults = plan.filter { $0.contains("Seq Scan on") && !Self.isSmall($0) }
                    #expect(faults == [], "\(statement.name), \(mode):\n\(plan.joined(separator: "\n"))")
                }
            }
        }
    }

    private static func isSmall(_ scan: String) -> Bool {
        guard let table = scan.firstMatch(of: /Seq Scan on (?:\w+\.)?(\w+)/) else { return false }
        return ["kinds", "accounts", "leases", "workers"].contains(String(table.1))
            // Partitions in which there is nothing yet.
            || table.1.contains(/_[3-9]$/)
    }

    /// What ``PlansTests`` leaves out.
    private static func fill(_ database: TemporarySchema) async throws {
        try await database.withSession { session in
            try await session.script(
                """
                INSERT INTO rejections (account, source, body, reason)
                SELECT 'account' || n % 50, '/hooks', '{', 'no' FROM generate_series(1, 20000) AS n;
                INSERT INTO events (type, source) SELECT 'test.Happened', '/thing/' || n % 1000
                FROM generate_series(1, 20000) AS n;
                INSERT INTO outcomes (effect, completed_at, run, account, kind, outcome, error)
                SELECT 3000000 + n, now(), 1, 1, n % 3 + 1, CASE n % 2 WHEN 0 THEN 'failed' ELSE 'cancelled' END, 'no'
                FROM generate_series(1, 20000) AS n;
                INSERT INTO effects (id, kind) SELECT \(IDRange.size * 2) + n, 'test.kind1' FROM generate_series(1, 20000) n;
                INSERT INTO effects (kind, key) SELECT 'test.kind1', 'key ' || n FROM generate_series(1, 20000) AS n;
                INSERT INTO events (type, key) SELECT 'test.Happened', 'key ' || n FROM generate_series(1, 20000) AS n;
                INSERT INTO event_blocks (account, type, block)
                SELECT 'account' || n % 50, 'test.Happened', n / 50 FROM generate_series(1, 20000) AS n;
                INSERT INTO effect_blocks (account, kind, block)
                SELECT 'account' || n % 50, 'test.kind' || n % 9, n / 50 FROM generate_series(1, 20000) AS n;
                """)
            try await session.script("ANALYZE")
        }
    }
}
