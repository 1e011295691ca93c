import PostgresServer
import Testing

@testable import EnsuePostgres

/// Behind PgBouncer, which gives every transaction to the next best session.
@Suite(.timeLimit(.minutes(2))) struct PooledConnectionTests {
    private static func bouncer() async throws -> PgBouncer {
        try await PgBouncer.start(for: PostgresServer.shared())
    }

    @Test func `a pooler is noticed, and nothing is prepared or set`() async throws {
        let bouncer = try await Self.bouncer()
        let connection = try await PostgresConnection.open(ConnectionOptions(address: bouncer.address()))
        try await connection.run { session in
            #expect(session.isPooled)
            for number in 1...3 as ClosedRange<Int64> {
                #expect(try session.query("SELECT $1 + 0", [.integer(number)])[0].int(0) == number)
            }
            let row = try session.query(
                "SELECT (SELECT count(*) FROM pg_prepared_statements), current_setting('statement_timeout')")[0]
            #expect(row.int(0) == 0)
            #expect(row.text(1) == "0")
        }
        try await bouncer.stop()
    }

    @Test func `a pipeline is one transaction there too`() async throws {
        let bouncer = try await Self.bouncer()
        let connection = try await PostgresConnection.open(ConnectionOptions(address: bouncer.address()))
        try await connection.run { session in
            let ids = try session.pipeline([
                ("SELECT pg_current_xact_id()::text", []), ("SELECT pg_current_xact_id()::text", []),
            ])
            #expect(ids[0][0].text(0) == ids[1][0].text(0))
            #expect(throws: PostgresError.self) { try session.query("SELECT 1 / 0") }
            #expect(session.isHealthy)
        }
        try await bouncer.stop()
    }

    @Test func `what is known need not be found out`() async throws {
        let connection = try await PostgresConnection.shared { $0.isPooled = true }
        #expect(connection.isPooled)
        #expect(try await connection.run { try $0.query("SELECT $1", [7])[0].int(0) } == 7)
    }
}
