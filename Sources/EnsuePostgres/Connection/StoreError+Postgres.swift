internal import Ensue

extension StoreError {
    /// What an error of PostgreSQL or of the connection to it means. Other errors pass through.
    static func mapping(_ error: any Error, operation: String) -> any Error {
        guard let error = error as? PostgresError else { return error }
        let reason = reason(error)
        return StoreError(reason, operation: operation, detail: detail(error))
    }

    private static func reason(_ error: PostgresError) -> Reason {
        guard let sqlState = error.sqlState else { return .unavailable }
        let rule = "PostgreSQL's rule \(sqlState)"
        if error.outdatesStatements { return .busy }
        switch sqlState {
        case "53100": return .full
        case "3F000", "42703", "42883", "42P01": return .schemaMismatch
        case "XX001", "XX002": return .corrupt
        case "55P03", "57014": return .busy
        case "25006", "25P03", "3D000", "42501": return .unavailable
        case "P0001": return .constraint(error.message)
        default: break
        }
        switch sqlState.prefix(2) {
        case "23": return .constraint(error.constraint ?? rule)
        case "40": return .busy
        case "08", "28", "53", "57", "58", "XX": return .unavailable
        default: return .constraint(rule)
        }
    }

    private static func detail(_ error: PostgresError) -> String {
        switch error.sqlState {
        case "42501": "grant the role what it needs, or name another in the address (\(error))"
        case "53100": "make room and try again (\(error))"
        case "25006": "the server is read only at present (\(error))"
        default: error.description
        }
    }
}
