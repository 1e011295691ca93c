import Foundation

extension PostgresSuite {
    /// As `http.lists`, on a PostgreSQL store.
    func lists(_ http: HTTPSuite) async throws -> [Result] {
        try await inFreshStore { _, database in
            try await database.prepareLedger(count: http.listed)
            let middle = try await database.psql(
                """
                SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') FROM ensue.effects
                WHERE id >= \(http.listed / 2) ORDER BY id LIMIT 1
                """)
            return try await ListLoad.measure(
                "postgres.lists", http, store: database.address, ledger: http.listed, middle: middle)
        }
    }
}

extension BenchDatabase {
    fileprivate func prepareLedger(count: Int) async throws {
        for _ in 0..<(count / 100_000) {
            try await psql(
                """
                BEGIN;
                SET LOCAL synchronous_commit = off;
                SELECT ensue.add_range('effects', (SELECT max(until) FROM ensue.ranges WHERE family = 'effects'),
                    (SELECT max(until) + 4194304 FROM ensue.ranges WHERE family = 'effects'))
                WHERE (SELECT last_value + 1500000 FROM ensue.effect_id)
                    > (SELECT max(until) FROM ensue.ranges WHERE family = 'effects');
                INSERT INTO ensue.effects (kind, account, payload)
                SELECT \(ListLoad.kind), \(ListLoad.account), json_build_object('note', 'a note of some length', 'number', n)
                FROM generate_series(1, 100000) AS n;
                INSERT INTO ensue.outcomes (effect, outcome, run, lease, account, kind, error, started_at, completed_at)
                SELECT effect, \(ListLoad.outcome), 1, 1, account, kind, 'broken', now(), now() FROM ensue.ready;
                DELETE FROM ensue.ready;
                COMMIT;
                """)
        }
        try await psql(ListLoad.waiting("ensue.", "generate_series(1, 4)"))
        try await settleDown()
    }
}
