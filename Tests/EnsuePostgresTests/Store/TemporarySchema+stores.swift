import Ensue
import Logging
import PostgresServer

@testable import EnsuePostgres

extension TemporarySchema {
    /// Each makes a schema of its own, which keeps the server busy for a while.
    private static let turns = Turns(3)

    /// Lets `body` work with a schema of its own.
    static func using(_ body: (TemporarySchema) async throws -> Void) async throws {
        try await turns.take {
            let database = try await make()
            let result: Result<Void, any Error>
            do { result = .success(try await body(database)) } catch { result = .failure(error) }
            try await database.execute("DROP SCHEMA IF EXISTS \(Names.quoted(database.name)) CASCADE")
            try result.get()
        }
    }

    /// Lets `body` work with a schema of its own and a store in it.
    static func withStore(
        clock: any EngineClock = SystemClock(), _ body: (TemporarySchema, PostgresStore) async throws -> Void
    ) async throws {
        try await using { database in
            try await database.withStore(clock: clock) { try await body(database, $0) }
        }
    }

    /// Lets `body` work with another store in this schema.
    func withStore(
        _ parameters: String = "", clock: any EngineClock = SystemClock(),
        _ body: (PostgresStore) async throws -> Void
    ) async throws {
        let store = try await PostgresStore(address + parameters, logger: .quiet, clock: clock)
        let result: Result<Void, any Error>
        do { result = .success(try await body(store)) } catch { result = .failure(error) }
        await store.close()
        try result.get()
    }

    /// Lets `body` work with a connection that sees the schema's tables by their names alone.
    func withSession(_ body: (PostgresConnection) async throws -> Void) async throws {
        let connection = try await PostgresConnection.open(try ConnectionOptions(address: server.address()))
        try await connection.script(
            "SET client_min_messages = warning; SET statement_timeout = 0; SET search_path TO \(Names.quoted(name))")
        let result: Result<Void, any Error>
        do { result = .success(try await body(connection)) } catch { result = .failure(error) }
        await connection.close()
        try result.get()
    }
}

extension PostgresConnection {
    /// The rows of a statement, as `read` makes them.
    func rows<Value: Sendable>(
        _ sql: String, _ parameters: [PostgresValue] = [], _ read: @Sendable (PostgresRow) -> Value
    ) throws -> [Value] {
        try session.query(sql, parameters).map(read)
    }

    func count(_ sql: String) throws -> Int64 { try session.query(sql)[0].int(0) }
}

extension WorkerRegistration {
    static func worker(_ id: Int64 = 1, _ kinds: EffectKind..., rules: [Rule] = []) -> WorkerRegistration {
        let kinds = kinds.isEmpty ? [BrokenLine.kind] : kinds
        return WorkerRegistration(
            id: WorkerID(rawValue: id), name: "test",
            kinds: Dictionary(uniqueKeysWithValues: kinds.map { ($0, .standard) }), rules: rules, lease: .seconds(600))
    }
}

extension PostgresStore {
    func claim(_ limit: Int, lease: Int64, kind: EffectKind = BrokenLine.kind) async throws -> [ClaimedEffect] {
        try await claim(
            Claim(
                worker: WorkerID(rawValue: 1), firstLease: LeaseID(rawValue: lease),
                quotas: [.init(kind: kind, limit: limit)], lease: .seconds(600)))
    }
}
