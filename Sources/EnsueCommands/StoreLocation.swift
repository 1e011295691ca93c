internal import ArgumentParser
internal import Ensue
internal import EnsueSQLite

/// Where a command keeps its store.
struct StoreLocation: ParsableArguments {
    @Option(name: .customLong("store"), help: "The SQLite file; it is created if it is missing.")
    var path = "ensue.db"

    func open() throws -> SQLiteStore {
        if let separator = path.firstRange(of: "://") {
            throw CommandFailure(
                "--store takes the path of an SQLite file in this version, such as ensue.db; "
                    + "'\(path[..<separator.lowerBound])://' addresses are not supported yet")
        }
        guard !path.isEmpty else { throw CommandFailure("--store is empty; give the path of a file") }
        do { return try SQLiteStore(path: path) } catch let error as StoreError {
            throw CommandFailure("cannot use the store '\(path)': \(error)")
        }
    }
}
