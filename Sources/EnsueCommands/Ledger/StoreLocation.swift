internal import ArgumentParser
internal import Ensue
internal import EnsuePostgres
internal import EnsueSQLite
internal import Foundation
internal import Logging

/// Where a command keeps its store.
struct StoreLocation: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOption

    @Option(
        name: .customLong("store"),
        help: """
            An SQLite file, or the address of a PostgreSQL database: postgres://user@host/database. Other users of the \
            machine can see arguments: give a password in $ENSUE_STORE, in $PGPASSWORD or in ~/.pgpass. \
            (default: ensue.db)
            """, completion: .file())
    var given: String?

    /// The file's path or the database's address, which may hold a password.
    var path: String { given ?? "ensue.db" }

    func validate() throws {
        guard !path.isEmpty else { throw ValidationError("--store is empty; give the path of a file") }
        _ = try isPostgres()
    }

    /// Whether the store is a PostgreSQL database. Throws for an address of another kind.
    func isPostgres() throws -> Bool {
        // libpq's other form: host=db dbname=app. It may hold a password, and is no name for a file.
        if path.firstMatch(of: /^\s*[a-z_]+\s*=/) != nil { return true }
        guard let scheme = path.firstMatch(of: /^([A-Za-z][A-Za-z0-9+.-]*):\/\//)?.1 else { return false }
        guard ["postgres", "postgresql"].contains(scheme) else {
            throw ValidationError(
                "--store takes the path of an SQLite file, such as ensue.db, or postgres://user@host/database; "
                    + "'\(scheme)://' is neither")
        }
        return true
    }

    /// The store; a file that is missing is created if `createsFile` says so.
    func open(logger: Logger = Logger(label: "ensue"), createsFile: Bool = true) async throws -> any Store {
        if try isPostgres() { return try await openPostgres(logger: logger) }
        guard createsFile || FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure(
                "there is no store at '\(path)'; `\(RootCommand.programName) serve` and "
                    + "`\(RootCommand.programName) record` create one, and --store or --server name another",
                status: .unreachable)
        }
        do { return try SQLiteStore(path: path) } catch let error as StoreError {
            throw CommandFailure("cannot use the store '\(path)': \(error)", status: .unreachable)
        }
    }

    /// The database at the address. The schema is brought up to date unless `options` say otherwise.
    func openPostgres(
        options: PostgresStore.Options? = nil, logger: Logger = Logger(label: "ensue")
    ) async throws -> PostgresStore {
        do { return try await PostgresStore(path, options: options, logger: logger) } catch let error as StoreError {
            throw CommandFailure("cannot use the store: \(error)", status: .unreachable)
        }
    }
}
