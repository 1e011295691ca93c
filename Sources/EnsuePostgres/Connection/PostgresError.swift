/// What the server, or libpq on its behalf, has said was wrong.
public struct PostgresError: Error, Sendable, CustomStringConvertible {
    public enum Origin: Sendable, Hashable {
        /// The server refused, for the reason that this code of five characters names.
        case server(sqlState: String)
        /// The connection was lost, refused or never made.
        case connection
        /// Nothing was heard from the server, or no connection was to be had, for too long.
        case timeout
    }

    public let origin: Origin
    public let message: String
    public internal(set) var detail: String?
    /// The constraint that a row would have broken.
    public internal(set) var constraint: String?
    /// Whether the server closes the connection with this.
    var isFatal = false
    /// Whether the work may have been committed although this was thrown: the connection was lost, or nothing was
    /// heard, while a commit was under way.
    var isAmbiguous = false

    init(_ origin: Origin, _ message: String) {
        self.origin = origin
        self.message = message
    }

    /// The server's code for what was wrong, such as 23505 for a unique violation ("Appendix A. PostgreSQL Error Codes"
    /// in its documentation); nil if it did not come from the server.
    public var sqlState: String? {
        guard case .server(let sqlState) = origin else { return nil }
        return sqlState
    }

    /// Whether the same call may succeed later, perhaps with another server.
    var isRetryable: Bool {
        guard let sqlState else { return true }
        let codes: Set = [
            "25006", "25P03", "26000", "40001", "40P01", "53300", "55P03", "57P01", "57P02", "57P03", "57P05",
        ]
        return codes.contains(sqlState) || sqlState.hasPrefix("08") || outdatesStatements
    }

    /// Whether the connection is of no more use.
    var endsConnection: Bool {
        guard let sqlState else { return true }
        return isFatal || sqlState.hasPrefix("08") || sqlState == "57P01" || sqlState == "57P02"
            // The server has become a standby: the next connection may lead to the new primary.
            || sqlState == "25006"
    }

    /// Whether the connection's prepared statements no longer fit: they are gone, or a migration has changed what they
    /// return.
    var outdatesStatements: Bool {
        sqlState == "26000" || (sqlState == "0A000" && message.contains("cached plan"))
    }

    public var description: String {
        let code = sqlState.map { " (\($0))" } ?? ""
        return message + code + (detail.map { ": " + $0 } ?? "")
    }
}
