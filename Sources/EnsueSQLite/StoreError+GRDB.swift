internal import Ensue
internal import GRDB

extension StoreError {
    /// What an error of SQLite means. Errors that are not SQLite's pass through.
    static func mapping(_ error: any Error, operation: String) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        let text = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
        let reason: Reason
        var detail = text
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL:
            reason = .busy
            detail = "another process has held the write lock for too long (\(text))"
        case .SQLITE_FULL:
            reason = .full
            detail = "make room and try again (\(text))"
        case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_NOMEM, .SQLITE_INTERRUPT,
            .SQLITE_AUTH:
            reason = .unavailable
        case .SQLITE_CONSTRAINT: reason = .constraint(constraintName(text))
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: reason = .corrupt
        case .SQLITE_SCHEMA: reason = .schemaMismatch
        default: reason = .constraint("SQLite's rule \(error.extendedResultCode.rawValue)")
        }
        return StoreError(reason, operation: operation, detail: detail)
    }

    /// The name in `CHECK constraint failed: effect_kind_is_a_name`.
    private static func constraintName(_ message: String) -> String {
        message.split(separator: ": ").last.map(String.init) ?? message
    }
}
