import Ensue
import Foundation
import PostgresServer
import Testing

@testable import EnsuePostgres

/// What the store finds in a real database.
@Suite(.timeLimit(.minutes(5)))
struct DiagnoseTests {
    /// Runs `body` with a store in a database of its own on the shared server, and plain SQL in that database.
    private func withStore(
        _ body: (PostgresStore, _ sql: @escaping @Sendable (String) async throws -> String) async throws -> Void
    ) async throws {
        let server = try await PostgresServer.shared()
        let name = "doctor_\(UInt64.random(in: .min ... .max))"
        try await server.createDatabase(name)
        let store = try await PostgresStore(server.address(database: name))
        do {
            try await body(store) { try await server.psql($0, database: name) }
            await store.close()
        } catch {
            await store.close()
            throw error
        }
    }

    private func join(_ store: PostgresStore, lease: Duration = .seconds(600)) async throws {
        try await store.join(
            WorkerRegistration(
                id: WorkerID(rawValue: 1), name: "host/1", kinds: ["test.work": .standard], rules: [], lease: lease))
    }

    /// The worst of each check; the shared server flushes nothing, which is not told here.
    private func wrong(_ store: PostgresStore) async throws -> [String: Finding.Severity] {
        let findings = try await store.diagnose(thoroughly: true)
        #expect(findings.filter { $0.severity >= .warning && $0.remedy == nil } == [])
        #expect(findings.filter { $0.summary.contains("cannot be examined") } == [])
        return findings.filter { $0.severity >= .warning && !$0.check.hasPrefix("server.") }
            .reduce(into: [:]) { $0[$1.check] = max($0[$1.check] ?? .ok, $1.severity) }
    }

    @Test func `nothing is wrong with a store at work`() async throws {
        try await withStore { store, _ in
            try await join(store)
            _ = try await store.request([EffectRequest(account: .default, kind: "test.work", payload: .emptyObject)])
            #expect(try await wrong(store) == [:])
            _ = try await store.beat(Heartbeat(worker: WorkerID(rawValue: 1), leases: [], lease: .seconds(600)))
            #expect(try await wrong(store) == [:], "the chores have been done")
        }
    }

    @Test func `settings that lose what was acknowledged are found`() async throws {
        try await withStore { store, _ in
            let found = try await store.diagnose(thoroughly: false).filter { $0.check == "server.durability" }
            #expect(found.map(\.severity) == [.warning, .warning], "the shared server does without fsync")
        }
    }

    @Test func `missing, invalid and disabled parts of the schema are found, and the remedies mend them`() async throws
    {
        try await withStore { store, sql in
            try await join(store)
            _ = try await sql(
                """
                DROP INDEX ensue.parked_by_deadline; ALTER TABLE ensue.scheduled DROP CONSTRAINT scheduled_pkey;
                DROP TRIGGER events_arrived ON ensue.events;
                ALTER TABLE ensue.effects DISABLE TRIGGER effects_arrived;
                UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ensue.scheduled_by_time'::regclass;
                """)
            let found = try await store.diagnose(thoroughly: false).filter { $0.check == "schema.objects" }
            #expect(found.count == 5, "\(found)")
            for finding in found { _ = try await sql(try #require(finding.remedy)) }
            #expect(try await wrong(store) == [:])
        }
    }

    @Test func `ids without partitions ahead are found, and the remedy makes some`() async throws {
        try await withStore { store, sql in
            try await join(store)
            _ = try await store.beat(Heartbeat(worker: WorkerID(rawValue: 1), leases: [], lease: .seconds(600)))
            let end = try #require(Int64(try await sql("SELECT max(until) FROM ensue.ranges WHERE family = 'effects'")))
            _ = try await sql("SELECT setval('ensue.effect_id', \(end - 5))")
            let found = try await store.diagnose(thoroughly: false).filter { $0.severity == .failure }
            #expect(found.map(\.check) == ["partitions.ahead"], "\(found)")
            let remedy = try #require(found.first?.remedy?.firstMatch(of: /SELECT [^.]+\.add_range\([^)]+\)/))
            _ = try await sql(String(remedy.output))
            #expect(try await wrong(store) == [:])
        }
    }

    @Test func `what waits too long, and for whom, is found`() async throws {
        try await withStore { store, sql in
            _ = try await sql(
                """
                INSERT INTO ensue.effects (kind) VALUES ('test.slip');
                INSERT INTO ensue.effects (kind, approval) VALUES ('test.work', 'required');
                INSERT INTO ensue.events (type, recorded_at) VALUES ('test.Happened', now() - interval '1 hour');
                INSERT INTO ensue.rules VALUES ('audit', 'code', '{}', 'listener.audit', 1, false, false, false,
                    now() - interval '5 days');
                INSERT INTO ensue.leases (id, worker, open, claimed_at, expires_at)
                VALUES (7, 9, '{1}', now() - interval '1 hour', now() - interval '1 hour');
                """)
            #expect(
                try await wrong(store) == [
                    "workers.alive": .warning, "kinds.handler": .warning, "listeners": .warning,
                    "leases.expired": .warning,
                ])
            try await join(store)
            #expect(
                try await wrong(store) == [
                    "kinds.handler": .warning, "listeners": .warning, "leases.expired": .failure,
                    "events.unrouted": .warning,
                ])
        }
    }

    @Test func `an old transaction of somebody else is named`() async throws {
        try await withStore { store, sql in
            let holder = Task { try await sql("BEGIN; SELECT pg_advisory_xact_lock(1), pg_sleep(3600)") }
            var found: Finding?
            while found?.summary.contains("psql") != true {
                found = try await store.diagnose(thoroughly: false).first { $0.check == "server.transactions" }
            }
            #expect(found?.severity == .ok, "it is young")
            _ = try await sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(3600)' "
                    + "AND datname = current_database() AND pid <> pg_backend_pid()")
            await #expect(throws: (any Error).self) { try await holder.value }
        }
    }

    @Test func `a role without the rights of a worker is found`() async throws {
        try await withStore { store, sql in
            let role = "doctor_role_\(UInt64.random(in: .min ... .max))"
            _ = try await sql(
                """
                CREATE ROLE \(role) LOGIN PASSWORD 'postgres'; GRANT USAGE ON SCHEMA ensue TO \(role);
                GRANT SELECT ON ALL TABLES IN SCHEMA ensue TO \(role);
                GRANT SELECT ON ALL SEQUENCES IN SCHEMA ensue TO \(role);
                """)
            let server = try await PostgresServer.shared()
            let address = server.address(database: try await sql("SELECT current_database()"))
                .replacing("postgres:postgres@", with: "\(role):postgres@")
            let other = try await PostgresStore.examining(address)
            let found = try await wrong(other)
            #expect(found["permissions"] == .failure)
            #expect(found["permissions.partitions"] == .warning)
            for finding in try await other.diagnose(thoroughly: false) where finding.check.hasPrefix("permissions") {
                let statements = try #require(finding.remedy?.firstMatch(of: /(GRANT|ALTER TABLE).*/))
                _ = try await sql(String(statements.output.0))
            }
            let mended = try await wrong(other)
            await other.close()
            #expect(mended["permissions"] == nil)
            #expect(mended["permissions.partitions"] == nil)
        }
    }

    @Test func `a database without the schema is an obstacle, and gets none`() async throws {
        let server = try await PostgresServer.shared()
        let name = "doctor_\(UInt64.random(in: .min ... .max))"
        try await server.createDatabase(name)
        let obstacle = await #expect(throws: Obstacle.self) {
            _ = try await PostgresStore.examining(server.address(database: name))
        }
        #expect(obstacle?.finding.check == "schema.version")
        #expect(
            try await server.psql("SELECT count(*) FROM pg_namespace WHERE nspname = 'ensue'", database: name) == "0")
    }
}
