import PostgresServer
import Testing

@testable import EnsuePostgres

@Suite(.timeLimit(.minutes(2))) struct ConnectionFailureTests {
    private static let endOneself = "SELECT pg_terminate_backend(pg_backend_pid())"

    @Test func `a statement that takes too long is ended by the server`() async throws {
        let connection = try await PostgresConnection.shared { $0.statementTimeout = .milliseconds(50) }
        let error = try await connection.failure { try $0.query("SELECT pg_sleep(60)") }
        #expect(error?.sqlState == "57014")
        #expect(error?.isAmbiguous == false)
        #expect(await connection.isHealthy)
    }

    @Test func `a server that says nothing is given up`() async throws {
        let proxy = try await FaultyProxy.start(to: PostgresServer.shared().port)
        var options = try ConnectionOptions(address: proxy.address())
        options.statementTimeout = .milliseconds(50)
        let begun = try await PostgresConnection.open(options)
        try await begun.script("BEGIN")
        let idle = try await PostgresConnection.open(options)
        await proxy.set(.stall)
        async let inTransaction = begun.failure { try $0.query("INSERT INTO t VALUES (1)") }
        async let onItsOwn = idle.failure { try $0.query("INSERT INTO t VALUES (1)") }
        let errors = try await (inTransaction, onItsOwn)
        #expect(errors.0?.origin == .timeout)
        #expect(errors.0?.isAmbiguous == false)
        #expect(errors.1?.origin == .timeout)
        #expect(errors.1?.isAmbiguous == true)
        #expect(await !idle.isHealthy)
        #expect(try await idle.failure { try $0.query("SELECT 1") }?.origin == .connection)
    }

    @Test func `a session that was ended while it was idle is found closed before anything is sent`() async throws {
        let connection = try await PostgresConnection.shared()
        let pid = try await connection.pid()
        let server = try await PostgresServer.shared()
        try await server.psql("SELECT pg_terminate_backend(\(pid), 10000)")
        let error = try await connection.failure { try $0.query("SELECT 1") }
        #expect(error?.sqlState == "57P01")
        #expect(error?.isAmbiguous == false)
        #expect(error?.isRetryable == true)
        #expect(await !connection.isHealthy)
    }

    @Test func `a session that is ended while a statement runs leaves open whether it has committed`() async throws {
        let connection = try await PostgresConnection.shared()
        let error = try await connection.failure { try $0.query(Self.endOneself) }
        #expect(error?.sqlState == "57P01")
        #expect(error?.isAmbiguous == true)
        #expect(await !connection.isHealthy)
    }

    @Test func `in a transaction that has not been committed nothing is left open`() async throws {
        let connection = try await PostgresConnection.shared()
        let error = try await connection.failure { session in
            _ = try session.pipeline([("BEGIN", []), (Self.endOneself, []), ("SELECT 1", [])])
        }
        #expect(error?.sqlState == "57P01")
        #expect(error?.isAmbiguous == false)
    }

    @Test(arguments: [false, true])
    func `an answer to COMMIT that never comes is ambiguous`(_ isPiped: Bool) async throws {
        let proxy = try await FaultyProxy.start(to: PostgresServer.shared().port)
        let connection = try await PostgresConnection.open(ConnectionOptions(address: proxy.address()))
        try await connection.run { try $0.script("BEGIN; CREATE TEMPORARY TABLE t (n int8)") }
        await proxy.cutAfterNextCommit()
        let error = try await connection.failure { session in
            if isPiped {
                try session.pipeline([("INSERT INTO t VALUES ($1)", [1]), ("COMMIT", [])])
            } else {
                try session.script("COMMIT")
            }
        }
        #expect(error?.origin == .connection)
        #expect(error?.isAmbiguous == true)
        #expect(await !connection.isHealthy)
    }

    @Test func `a server that is not there says who refused`() async throws {
        let options = try ConnectionOptions(address: "postgres://me:hunter2@127.0.0.1:1/app")
        let error = await #expect(throws: PostgresError.self) { try await PostgresConnection.open(options) }
        #expect(error?.origin == .connection)
        #expect(error?.isAmbiguous == false)
        #expect(error?.message.contains("127.0.0.1") == true)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func `a wrong password is not repeated`() async throws {
        let port = try await PostgresServer.shared().port
        let options = try ConnectionOptions(address: "postgres://postgres:hunter2@127.0.0.1:\(port)/postgres")
        let error = await #expect(throws: PostgresError.self) { try await PostgresConnection.open(options) }
        #expect(error?.description.contains("hunter2") == false)
        #expect(error?.message.contains("password authentication failed") == true)
    }

    @Test func `a closed connection refuses`() async throws {
        let connection = try await PostgresConnection.shared()
        await connection.close()
        #expect(try await connection.failure { try $0.script("SELECT 1") }?.origin == .connection)
        #expect(await !connection.isHealthy)
    }

    @Test func `a plan that no longer fits ends the connection's use`() async throws {
        let connection = try await PostgresConnection.shared()
        let error = try await connection.failure { session in
            try session.script("CREATE TEMPORARY TABLE t (n int8)")
            try session.query("SELECT * FROM t")
            try session.script("ALTER TABLE t ADD COLUMN m int8")
            try session.query("SELECT * FROM t")
        }
        #expect(error?.sqlState == "0A000")
        #expect(await !connection.isHealthy)
    }
}
