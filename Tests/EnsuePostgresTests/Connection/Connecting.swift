import PostgresServer

@testable import EnsuePostgres

extension PostgresConnection {
    /// To the server that all tests share.
    static func shared(_ change: (inout ConnectionOptions) -> Void = { _ in }) async throws -> PostgresConnection {
        let server = try await PostgresServer.shared()
        var options = try ConnectionOptions(address: server.address(database: "postgres"))
        change(&options)
        return try await open(options)
    }

    var isHealthy: Bool { session.isHealthy }

    var isInTransaction: Bool { session.isInTransaction }

    /// Runs `body` on the connection's thread; results cannot leave it.
    func run<Value: Sendable>(_ body: @Sendable (Session) throws -> Value) throws -> Value { try body(session) }

    /// The error that `body` throws.
    func failure(_ body: @Sendable (Session) throws -> Void) throws -> PostgresError? {
        do {
            try body(session)
            return nil
        } catch let error as PostgresError {
            return error
        }
    }

    func script(_ sql: String) throws { try session.script(sql) }

    func pid() throws -> Int64 { try session.pid() }
}

extension Session {
    func pid() throws -> Int64 { try query("SELECT pg_backend_pid()")[0].int(0) }
}
