import CLibpq
import Foundation

/// A client for PostgreSQL that knows nothing of Ensue. Any other would do, in any language.
final class Client {
    private let connection: OpaquePointer

    init(_ address: String) throws {
        guard let connection = PQconnectdb(address) else { throw ClientError(description: "out of memory") }
        guard PQstatus(connection) == CONNECTION_OK else {
            defer { PQfinish(connection) }
            throw ClientError(description: String(cString: PQerrorMessage(connection)))
        }
        self.connection = connection
    }

    deinit { PQfinish(connection) }

    /// Runs `body` in a transaction, which is committed if `body` returns and rolled back if it throws.
    func transaction(_ body: () throws -> Void) throws {
        try query("BEGIN")
        do { try body() } catch {
            try query("ROLLBACK")
            throw error
        }
        try query("COMMIT")
    }

    /// Executes one statement and returns its rows; NULL is an empty text.
    @discardableResult
    func query(_ sql: String, _ parameters: String...) throws -> [[String]] {
        let values = parameters.map { UnsafePointer(strdup($0)) }
        defer { for value in values { free(UnsafeMutableRawPointer(mutating: value)) } }
        let result = PQexecParams(connection, sql, Int32(values.count), nil, values, nil, nil, 0)
        defer { PQclear(result) }
        guard [PGRES_TUPLES_OK, PGRES_COMMAND_OK].contains(PQresultStatus(result)) else {
            throw ClientError(description: String(cString: PQerrorMessage(connection)))
        }
        return (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in String(cString: PQgetvalue(result, row, column)) }
        }
    }
}

struct ClientError: Error, CustomStringConvertible {
    let description: String
}
