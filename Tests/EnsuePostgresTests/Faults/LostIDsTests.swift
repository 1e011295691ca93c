import Ensue
import Foundation
import Logging
import PostgresServer
import Testing

@testable import EnsuePostgres

/// A sequence is not durable by itself: a crash takes back numbers that nobody's commit has brought to the disk.
@Suite(.timeLimit(.minutes(2)))
struct LostIDsTests {
    @Test func `a request that outlives a crash is stored, though others get ids that the crash has taken back`()
        async throws
    {
        let server = try await PostgresServer.start(settings: [
            "wal_writer_delay": "10s", "autovacuum": "off", "wal_level": "minimal", "max_wal_senders": "0",
            "bgwriter_delay": "10s",
        ])
        let proxy = try await FaultyProxy.start(to: server.port)
        let store = try await PostgresStore("\(proxy.address())?ensue_listen=off", logger: .quiet)
        let other = try await PostgresStore(server.address(), logger: .quiet)
        // What is asked for when a store is new has been asked for.
        _ = try await store.request([.work()])
        _ = try await other.request([.work()])
        try await server.psql("CHECKPOINT")
        // Somebody has drawn a number and not committed; and nobody can insert.
        let holder = Task {
            try await server.psql(
                """
                BEGIN; LOCK TABLE ensue.effects IN SHARE ROW EXCLUSIVE MODE; SELECT nextval('ensue.effect_id');
                SELECT pg_sleep(60); COMMIT;
                """)
        }
        try await until("the table is locked") {
            try await server.psql(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND state = 'active' AND wait_event = 'PgSleep'"
            ) == "1"
        }
        // More than were drawn ahead.
        let kind: EffectKind = "test.outliving"
        async let outliving = store.request((1...3).map { _ in EffectRequest(kind: kind, payload: .emptyObject) })
        try await until("it waits") {
            try await server.psql("SELECT count(*) FROM pg_locks WHERE NOT granted") == "1"
        }
        await proxy.set(.refuse)
        try await server.restart(.immediate)
        await #expect(throws: (any Error).self) { _ = try await holder.value }
        let others = try await other.request((1...40).map { _ in .work() })
        await proxy.set(.pass)
        for receipt in try await outliving {
            #expect(!others.contains { $0.id == receipt.id })
            #expect(try await store.effect(receipt.id)?.kind == kind, "what was acknowledged is there")
        }
        #expect(try await server.psql("SELECT count(*) FROM ensue.effects") == "45")
        await store.close()
        await other.close()
    }
}
