internal import CLibpq

/// What a statement has returned, all of it in memory.
public final class PostgresRows: RandomAccessCollection {
    let result: OpaquePointer
    public let endIndex: Int

    /// Takes over `result`, which must be in binary.
    init(_ result: OpaquePointer) {
        self.result = result
        endIndex = Int(PQntuples(result))
    }

    deinit { PQclear(result) }

    public var startIndex: Int { 0 }

    /// How many rows the statement has inserted, updated, deleted or returned; 0 for statements that do none of these.
    public var affected: Int {
        guard let text = PQcmdTuples(result) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// What the statement has done, in the server's words: `INSERT 0 1`.
    var tag: String { PQcmdStatus(result).map { String(cString: $0) } ?? "" }

    public subscript(row: Int) -> PostgresRow {
        precondition(row >= 0 && row < endIndex, "there is no row \(row) among \(endIndex)")
        return PostgresRow(rows: self, index: Int32(truncatingIfNeeded: row))
    }
}
