internal import CLibpq

extension Wire {
    /// Runs statements without parameters and returns the texts of the last one's first row. The first error ends the
    /// script and is thrown once the connection can be used again.
    @discardableResult
    func script(_ sql: String, within span: Duration) throws(PostgresError) -> [String?] {
        guard PQsendQuery(handle, sql) == 1 else { throw lost() }
        var failure: PostgresError?
        var row: [String?] = []
        while let result = try nextResult(until: Deadline(after: span)) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK: row = Self.firstRow(result)
            case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: throw .copying
            default:
                let error = PostgresError(result: result)
                if error.endsConnection { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return row
    }

    private static func firstRow(_ result: OpaquePointer) -> [String?] {
        guard PQntuples(result) > 0 else { return [] }
        return (0..<PQnfields(result)).map { column in
            PQgetisnull(result, 0, column) == 1 ? nil : PQgetvalue(result, 0, column).map { String(cString: $0) }
        }
    }
}

extension PostgresError {
    static let copying = PostgresError(.connection, "COPY is not something that this connection can do")
}
