internal import GRDB
internal import GRDBSQLite

/// A prepared statement of GRDB's cache, bound and stepped through SQLite's own interface: what runs for every single
/// effect. GRDB's rows and arguments cost several times as much as the statements themselves there.
///
/// Good only within the database access in which it was made.
struct RawStatement {
    /// Kept alive: GRDB forgets its cached statements when the schema changes.
    private let statement: Statement
    private let handle: OpaquePointer
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(_ statement: Statement) {
        self.statement = statement
        handle = statement.sqliteStatement
    }

    // MARK: Binding, columns counted from 1

    func bind(_ value: Int64, _ index: Int32) { sqlite3_bind_int64(handle, index, value) }

    func bind(_ value: Int64?, _ index: Int32) {
        if let value { sqlite3_bind_int64(handle, index, value) } else { sqlite3_bind_null(handle, index) }
    }

    func bind(_ text: String?, _ index: Int32) {
        guard var text else {
            sqlite3_bind_null(handle, index)
            return
        }
        text.withUTF8 { bytes in
            // An empty buffer has no address, and SQLite would take that for null.
            guard let base = bytes.baseAddress else {
                sqlite3_bind_text(handle, index, "", 0, Self.transient)
                return
            }
            base.withMemoryRebound(to: CChar.self, capacity: bytes.count) { text in
                _ = sqlite3_bind_text(handle, index, text, Int32(bytes.count), Self.transient)
            }
        }
    }

    // MARK: Running

    /// Runs a statement that returns no rows.
    func run() throws {
        defer { sqlite3_reset(handle) }
        try check(sqlite3_step(handle), expecting: SQLITE_DONE)
    }

    /// Calls `body` for each row; columns are read with ``int(_:)`` and ``text(_:)``.
    func forEach(_ body: () throws -> Void) throws {
        defer { sqlite3_reset(handle) }
        while true {
            let code = sqlite3_step(handle)
            if code == SQLITE_DONE { return }
            try check(code, expecting: SQLITE_ROW)
            try body()
        }
    }

    /// Calls `body` for each row until it returns false.
    func takeRows(while body: () throws -> Bool) throws {
        defer { sqlite3_reset(handle) }
        while true {
            let code = sqlite3_step(handle)
            if code == SQLITE_DONE { return }
            try check(code, expecting: SQLITE_ROW)
            guard try body() else { return }
        }
    }

    /// The number in the first column of the first row.
    func firstInt() throws -> Int64? {
        var found: Int64?
        try takeRows(while: {
            found = optionalInt(0)
            return false
        })
        return found
    }

    private func check(_ code: Int32, expecting expected: Int32) throws {
        guard code != expected else { return }
        let message = sqlite3_db_handle(handle).flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) }
        throw DatabaseError(
            resultCode: ResultCode(rawValue: code), message: message,
            sql: sqlite3_sql(handle).map { String(cString: $0) })
    }

    // MARK: Columns, counted from 0

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func int(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func optionalInt(_ column: Int32) -> Int64? { isNull(column) ? nil : int(column) }

    func text(_ column: Int32) -> String {
        guard let bytes = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }
}
