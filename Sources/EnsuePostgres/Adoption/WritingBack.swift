/// The statements that write into one table. Their parameters are effects and, except for the first two, the least and
/// the greatest of them.
struct WritingBack {
    let adoption: Adoption
    let table: ApplicationTable
    let names: Names
    private let isThisRow: String

    init(adoption: Adoption, table: ApplicationTable, names: Names) {
        self.adoption = adoption
        self.table = table
        self.names = names
        // A column that is gone makes these statements fail, and so says which it was.
        let type = table.columns.first { $0.name == adoption.columns.id }?.type ?? "text"
        isThisRow = "ensue_row.\(Names.quoted(adoption.columns.id)) = a.row_id::\(type)"
    }

    /// The effects whose rows are there and not locked by anyone else.
    var lock: String {
        """
        SELECT a.effect FROM \(names.resolve("{adopted}")) a JOIN \(table.quotedName) AS ensue_row ON \(isThisRow)
        WHERE a.effect = ANY($1) FOR NO KEY UPDATE OF ensue_row SKIP LOCKED
        """
    }

    var missing: String {
        """
        SELECT a.effect FROM \(names.resolve("{adopted}")) a WHERE a.effect = ANY($1)
            AND NOT EXISTS (SELECT FROM \(table.quotedName) AS ensue_row WHERE \(isThisRow))
        """
    }

    var complete: String {
        let column = adoption.columns.completion
        let output = "o.output::\(isText(column) ? "text" : type(column))"
        return update(
            [(adoption.columns.completed, "o.completed_at"), (column, output)]
                + (adoption.columns.error.map { [($0, "NULL")] } ?? []), where: "o.outcome = 'completed'")
    }

    /// Nil if errors are not written back.
    var fail: String? {
        adoption.columns.error.map {
            update([($0, "coalesce(o.error, o.outcome)")], where: "o.outcome <> 'completed'")
        }
    }

    private func update(_ values: [(column: String, value: String)], where condition: String) -> String {
        let assignments = values.map { "\(Names.quoted($0.column)) = \($0.value)" }.joined(separator: ", ")
        return """
            UPDATE \(table.quotedName) AS ensue_row SET \(assignments)
            FROM \(names.resolve("{adopted}")) a JOIN \(names.resolve("{outcomes}")) o ON o.effect = a.effect
            WHERE a.effect = ANY($1) AND o.effect BETWEEN $2 AND $3 AND \(condition) AND \(isThisRow)
                AND ensue_row.\(Names.quoted(adoption.columns.completed)) IS NULL
            RETURNING a.effect
            """
    }

    private func type(_ column: String) -> String { table.columns.first { $0.name == column }?.type ?? "json" }

    private func isText(_ column: String) -> Bool {
        ["text", "varchar"].contains(table.columns.first { $0.name == column }?.base)
    }
}
