import EnsuePostgres
import PostgresServer
import Testing

/// Who examines ledgers has to find what is wrong with one.
@Suite(.timeLimit(.minutes(2)))
struct PostgresLedgerTests {
    @Test func `an examination finds every kind of damage`() async throws {
        let server = try await PostgresServer.shared()
        let database = "ledger_\(UInt64.random(in: .min ... .max))"
        try await server.createDatabase(database)
        try await PostgresStore(server.address(database: database)).close()
        let ledger = PostgresLedger(server: server, database: database)
        #expect(try await ledger.violations(acknowledged: [], listeners: [:], deliveries: [:]) == [])
        _ = try await ledger.sql(
            """
            INSERT INTO effects (kind, key) VALUES ('log', 'lost'), ('log', 'twice'), ('log', 'gap'),
                ('http.request', 'often'), ('event.record', 'silent');
            INSERT INTO events (type, key) VALUES ('load.Heard', 'unheard'), ('load.Heard', 'waiting');
            DELETE FROM unrouted WHERE event = 1;
            DELETE FROM ready WHERE effect <> 2;
            INSERT INTO leases (id, worker, open, claimed_at, expires_at) VALUES (7, 1, '{2}', now(), now());
            INSERT INTO outcomes (effect, outcome, run, account, kind, completed_at)
            SELECT e.id, 'completed', CASE e.key WHEN 'gap' THEN 2 ELSE 1 END, 1, k.id, now()
            FROM effects e JOIN kinds k ON k.name = e.kind WHERE e.id > 2;
            DELETE FROM effect_keys WHERE key = 'gap'; INSERT INTO effect_keys VALUES ('default', 'gone', 99);
            """)
        let found = try await ledger.violations(
            acknowledged: [.init(kind: .effect, key: "never", id: 5), .init(kind: .event, key: "never", id: nil)],
            listeners: ["load.Heard": 1], deliveries: ["often": .init(count: 2, identities: ["a", "b"])])
        let wanted = [
            "effect 1 is in 0 places", "effect 2 is in 2 places", "ended in run 2 after 0 attempts",
            "and 0 were counted", "the key gone names effect 99", "the acknowledged effect never 5 is gone",
            "the acknowledged event never  is gone", "lease 7 of worker 1 is left over", "event 2 (load.Heard) has not",
            "event 1 (load.Heard) caused 0 effects", "effect 5 recorded 0 events", "was delivered 2 times in 1 runs",
            "was delivered as ",
        ]
        for sentence in wanted { #expect(found.contains { $0.contains(sentence) }, "\(sentence): \(found)") }
    }
}
