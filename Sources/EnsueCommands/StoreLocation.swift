internal import ArgumentParser
internal import Ensue
internal import EnsuePostgres
internal import EnsueSQLite
internal import Foundation
internal import Logging

/// Where a command keeps its store.
struct StoreLocation: ParsableArguments {
    static let variable = "ENSUE_STORE"

    @Option(
        name: .customLong("store"),
        help: """
            An SQLite file, which is created if it is missing, or the address of a PostgreSQL database: \
            postgres://user@host/database. (default: $\(variable), or else ensue.db) Other users of the machine can see \
            arguments: give a password in $\(variable), in $PGPASSWORD or in ~/.pgpass.
            """)
    var given: String?

    /// The file's path or the database's address, which may hold a password.
    var path: String {
        given ?? ProcessInfo.processInfo.environment[Self.variable].flatMap { $0.isEmpty ? nil : $0 } ?? "ensue.db"
    }

    /// Whether the store is a PostgreSQL database. Throws for an address of another kind.
    func isPostgres() throws -> Bool {
        // libpq's other form: host=db dbname=app. It may hold a password, and is no name for a file.
        if path.firstMatch(of: /^\s*[a-z_]+\s*=/) != nil { return true }
        guard let scheme = path.firstMatch(of: /^([A-Za-z][A-Za-z0-9+.-]*):\/\//)?.1 else { return false }
        guard ["postgres", "postgresql"].contains(scheme) else {
            throw CommandFailure(
                "--store takes the path of an SQLite file, such as ensue.db, or postgres://user@host/database; "
                    + "'\(scheme)://' is neither")
        }
        return true
    }

    func open(logger: Logger = Logger(label: "ensue")) async throws -> any Store {
        guard !path.isEmpty else { throw CommandFailure("--store is empty; give the path of a file") }
        if try isPostgres() { return try await openPostgres(logger: logger) }
        do { return try SQLiteStore(path: path) } catch let error as StoreError {
            throw CommandFailure("cannot use the store '\(path)': \(error)")
        }
    }

    /// The database at the address. The schema is brought up to date unless `options` say otherwise.
    func openPostgres(
        options: PostgresStore.Options? = nil, logger: Logger = Logger(label: "ensue")
    ) async throws -> PostgresStore {
        do { return try await PostgresStore(path, options: options, logger: logger) } catch let error as StoreError {
            throw CommandFailure("cannot use the store: \(error)")
        }
    }
}
