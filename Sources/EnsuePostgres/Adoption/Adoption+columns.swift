internal import Ensue

/// A column's part in an adoption: where it is looked for, and what it may be.
private struct Part {
    let option: String
    let given: String?
    let candidates: [String]
    let types: Set<String>

    func column(of table: ApplicationTable) throws -> ApplicationTable.Column {
        let column = try find(in: table)
        guard types.contains(column.base) else {
            throw TableRefusal(
                "the column \(column.name) of \(table.displayName) is \(column.type); \(option) needs one of the types "
                    + types.sorted().joined(separator: ", "))
        }
        return column
    }

    private func find(in table: ApplicationTable) throws -> ApplicationTable.Column {
        if let given { return try table.column(given, for: option) }
        for candidate in candidates {
            if let column = table.columns.first(where: { $0.name == candidate }) { return column }
        }
        throw TableRefusal(
            "no column of \(table.displayName) is called \(candidates.joined(separator: " or ")); say which it is with "
                + "\(option). Its columns are \(table.columnList)")
    }
}

extension Adoption.Request {
    private static let texts: Set = ["text", "varchar", "bpchar", "name"]
    private static let json: Set = ["json", "jsonb"]

    /// Throws ``TableRefusal`` if a column is not there or is not what is needed.
    func columns(of table: ApplicationTable) throws -> Adoption.Columns {
        let (texts, json) = (Self.texts, Self.json)
        let id = try Part(
            option: "--id", given: id, candidates: ["id"],
            types: ["int2", "int4", "int8", "numeric", "uuid", "text", "varchar"]
        ).column(of: table)
        guard id.isUnique else {
            throw TableRefusal(
                "\(id.name) does not identify a row of \(table.displayName): there is no primary key or unique index "
                    + "on it alone")
        }
        return Adoption.Columns(
            id: id.name,
            kind: try Part(
                option: "--kind", given: kind, candidates: ["kind", "type"], types: texts.union(["enum"])
            ).column(of: table).name,
            payload: try Part(option: "--payload", given: payload, candidates: ["payload", "data"], types: json)
                .column(of: table).name,
            completed: try Part(
                option: "--completed", given: completed, candidates: ["completed_at", "completed"],
                types: ["timestamptz", "timestamp", "date"]
            ).column(of: table).name,
            completion: try Part(
                option: "--completion", given: completion,
                candidates: ["completion_payload", "completion", "output", "result"],
                types: json.union(["text", "varchar"])
            ).column(of: table).name,
            error: try error.map {
                try Part(option: "--error", given: $0, candidates: [], types: ["text", "varchar"]).column(of: table)
                    .name
            })
    }
}
