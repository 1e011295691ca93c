import Ensue
import EnsuePostgres
import Foundation
import PostgresServer

/// A database of one measurement's own, seen from outside: as another program would look at it.
final class BenchDatabase: Sendable {
    let name: String
    let server: PostgresServer

    init(server: PostgresServer) async throws {
        name = "bench_\(UUID().uuidString.prefix(8).lowercased())"
        self.server = server
        try await server.createDatabase(name)
    }

    var address: String { server.address(database: name) }

    func drop() async throws { try await server.psql("DROP DATABASE \(name) WITH (FORCE)") }

    @discardableResult
    func psql(_ sql: String) async throws -> String { try await server.psql(sql, database: name) }

    /// A process that handles no-op effects until it is told to stop.
    func worker(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = ["work", address] + arguments
        try process.run()
        return process
    }

    /// Statistics and a checkpoint, so that every contender begins alike.
    func settleDown() async throws {
        try await psql("VACUUM ANALYZE")
        try await psql("CHECKPOINT")
    }

    /// Returns when nothing waits and nothing runs.
    func waitUntilEmpty() async throws {
        try await wait(
            for: """
                SELECT NOT EXISTS (SELECT FROM ensue.unrouted) AND NOT EXISTS (SELECT FROM ensue.leases)
                    AND NOT EXISTS (SELECT FROM ensue.ready)
                """)
    }

    /// Returns when `question` is answered with true. Looks on one session of its own, every few milliseconds.
    func wait(for question: String) async throws {
        try await psql(
            """
            DO $$ BEGIN
                LOOP
                    EXIT WHEN (\(question));
                    PERFORM pg_sleep(0.01);
                    COMMIT;
                END LOOP;
            END $$
            """)
    }

    /// Finished effects, written with plain SQL, whose triggers do the rest.
    func prepareHistory(count: Int) async throws {
        for _ in 0..<(count / 500_000) {
            try await psql(
                """
                BEGIN;
                SET LOCAL synchronous_commit = off;
                SELECT ensue.add_range('effects', (SELECT max(until) FROM ensue.ranges WHERE family = 'effects'),
                    (SELECT max(until) + 4194304 FROM ensue.ranges WHERE family = 'effects'))
                WHERE (SELECT last_value + 1500000 FROM ensue.effect_id)
                    > (SELECT max(until) FROM ensue.ranges WHERE family = 'effects');
                INSERT INTO ensue.effects (kind, payload)
                SELECT 'bench.noop', json_build_object('note', 'a note of some length', 'number', n)
                FROM generate_series(1, 500000) AS n;
                INSERT INTO ensue.outcomes (effect, outcome, run, lease, account, kind, started_at, completed_at)
                SELECT effect, 'completed', 1, 1, account, kind, now(), now() FROM ensue.ready;
                DELETE FROM ensue.ready;
                COMMIT;
                """)
        }
        try await settleDown()
    }

    // MARK: Holding back

    /// A session that holds a transaction open.
    struct Pin {
        fileprivate let process: Process
        fileprivate let database: BenchDatabase

        func release() async throws {
            process.terminate()
            try await database.psql(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = 'pin' AND datname = current_database()
                """)
        }
    }

    func pin() async throws -> Pin {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "psql", address + "?application_name=pin", "-qXAt", "-c",
            "BEGIN ISOLATION LEVEL REPEATABLE READ; CREATE TEMPORARY TABLE pin (n int); SELECT pg_sleep(100000)",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        try await wait(
            for: "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'pin' AND wait_event = 'PgSleep'")
        return Pin(process: process, database: self)
    }

    func deadReadyRows() async throws -> Double {
        let text = try await psql("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'ready'")
        return Double(text) ?? .nan
    }

    func deadReadyRowsAfterVacuum() async throws -> Double {
        try await wait(for: "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'pin'")
        try await psql("VACUUM ensue.ready")
        return try await deadReadyRows()
    }

    // MARK: Counting

    /// Statements that clients have sent to this database so far; psql's own are few.
    func statements() async throws -> Double {
        try await server.psql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements", database: name)
        let text = try await psql(
            """
            SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
            WHERE d.datname = current_database()
            """)
        return Double(text) ?? .nan
    }

    func checkpoint() async throws { try await psql("CHECKPOINT") }

    func costs() async throws -> (bytes: Double, transactions: Double) {
        try await psql("SELECT pg_stat_clear_snapshot()")
        let text = try await psql(
            """
            SELECT pg_current_wal_lsn() - '0/0', pg_current_xact_id()::text::bigint
            """)
        let numbers = text.split(separator: "|").compactMap { Double($0) }
        return (numbers.first ?? .nan, numbers.last ?? .nan)
    }
}
