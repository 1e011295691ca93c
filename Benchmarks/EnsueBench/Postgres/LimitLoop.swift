import Foundation

/// What the server can do at most: the same rows claimed by delete, leased and settled in batches of 1,000 by a loop in
/// PL/pgSQL on one connection, which transfers nothing and decides nothing.
struct LimitLoop {
    let database: BenchDatabase

    /// Returns effects a second.
    func drain() async throws -> Double {
        try await database.psql(Self.procedure)
        let start = ContinuousClock.now
        let drained = try await database.psql("CALL bench_drain(0)")
        return (Double(drained) ?? .nan) / start.duration(to: .now).inSeconds
    }

    private static let procedure = """
        CREATE OR REPLACE PROCEDURE bench_drain(INOUT drained bigint) LANGUAGE plpgsql AS $$
        DECLARE
            taken bigint[];
            number bigint := 0;
            k integer := (SELECT id FROM ensue.kinds WHERE name = 'bench.noop');
            a integer := (SELECT id FROM ensue.accounts WHERE name = 'default');
        BEGIN
            drained := 0;
            LOOP
                number := number + 1;
                WITH claimed AS (
                    DELETE FROM ensue.ready WHERE ctid = ANY(ARRAY(
                        SELECT ctid FROM ensue.ready WHERE kind = k AND account = a AND priority = 2
                        ORDER BY effect LIMIT 1000 FOR UPDATE SKIP LOCKED))
                    RETURNING effect
                )
                SELECT array_agg(effect ORDER BY effect) INTO taken FROM claimed;
                EXIT WHEN taken IS NULL;
                INSERT INTO ensue.leases (id, worker, open, claimed_at, expires_at)
                VALUES (number, 1, taken, now(), now() + interval '15 seconds');
                COMMIT;
                WITH lease AS (
                    DELETE FROM ensue.leases WHERE id = number AND open = taken RETURNING id
                )
                INSERT INTO ensue.outcomes
                    (effect, outcome, run, lease, account, kind, output, error, started_at, completed_at)
                SELECT effect, 'completed', 1, number, a, k, NULL, NULL, now(), now()
                FROM unnest(taken) AS t (effect) WHERE EXISTS (SELECT FROM lease);
                COMMIT;
                drained := drained + cardinality(taken);
            END LOOP;
        END $$
        """
}
