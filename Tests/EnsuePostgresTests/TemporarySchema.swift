import Ensue
import Foundation
import PostgresServer
import Synchronization

@testable import EnsuePostgres

/// A schema of one test's own in the server that all tests share.
final class TemporarySchema: Sendable {
    let name: String
    let server: PostgresServer
    /// How far the store's clock has been set forward.
    private let ahead = Mutex(Duration.zero)

    private init(_ name: String, _ server: PostgresServer) {
        self.name = name
        self.server = server
    }

    static func make() async throws -> TemporarySchema {
        let name = "test_\(UUID().uuidString.prefix(8).lowercased())"
        return TemporarySchema(name, try await .shared())
    }

    /// Where a store finds it.
    var address: String { "\(server.address())\(server.address().contains("?") ? "&" : "?")ensue_schema=\(name)" }

    /// Runs a statement on a connection of its own, as another program would.
    func execute(_ sql: String) async throws {
        _ = try await rows(sql) { _ in 0 }
    }

    func now() async throws -> Timestamp { try await rows("SELECT clock()") { $0.time(0) }[0] }

    /// Sets the clock forward, by which alone the store goes.
    func advance(by span: Duration) async throws {
        let milliseconds = ahead.withLock { ahead in
            ahead += span
            return ahead.milliseconds
        }
        try await execute(
            """
            CREATE OR REPLACE FUNCTION clock() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
            'SELECT now() + interval ''\(milliseconds) milliseconds'''
            """)
    }

    /// The rows of a statement, as `read` makes them.
    func rows<Value: Sendable>(
        _ sql: String, _ parameters: [PostgresValue] = [], _ read: @escaping @Sendable (PostgresRow) -> Value
    ) async throws -> [Value] {
        let connection = try await PostgresConnection.open(try ConnectionOptions(address: server.address()))
        let rows = try await connection.rows(sql, parameters, in: name, read)
        await connection.close()
        return rows
    }

    func drop() async throws { try await execute("DROP SCHEMA \(Names.quoted(name)) CASCADE") }
}

extension PostgresConnection {
    fileprivate func rows<Value: Sendable>(
        _ sql: String, _ parameters: [PostgresValue], in schema: String, _ read: (PostgresRow) -> Value
    ) throws -> [Value] {
        try session.script("SET client_min_messages = warning; SET search_path TO \(Names.quoted(schema))")
        return try session.query(sql, parameters).map(read)
    }
}
