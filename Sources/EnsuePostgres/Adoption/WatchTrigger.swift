internal import Ensue

/// What a watch puts on its table: one function and, for each operation, a trigger.
struct WatchTrigger {
    let watch: TableWatch
    let table: ApplicationTable
    let source: SourceName
    let function: String
    let events: String

    var body: String {
        let branches = watch.operations.enumerated().map { index, operation in
            "\(index == 0 ? "IF" : "ELSIF") TG_OP = '\(operation.rawValue.uppercased())' THEN\n"
                + (watch.isByRow ? recordingRow(operation) : recordingStatement(operation))
        }
        return "BEGIN\n" + branches.joined() + "END IF;\nRETURN NULL;\nEND"
    }

    func definition(_ operation: TableWatch.Operation, named name: String) -> String {
        let images =
            switch operation {
            case .insert: "NEW TABLE AS added"
            case .update: "OLD TABLE AS removed NEW TABLE AS added"
            case .delete: "OLD TABLE AS removed"
            }
        let manner =
            watch.isByRow
            ? "FOR EACH ROW" + (watch.condition.map { " WHEN (\n\($0)\n)" } ?? "")
            : "REFERENCING \(images) FOR EACH STATEMENT"
        return """
            CREATE TRIGGER \(name) AFTER \(operation.rawValue.uppercased()) ON \(table.quotedName)
            \(manner) EXECUTE FUNCTION \(function)()
            """
    }

    // MARK: Statements

    /// Rows of the two tables of an update belong together in their order: the server adds to both at the same time.
    private func recordingStatement(_ operation: TableWatch.Operation) -> String {
        switch operation {
        case .insert: recording(operation, old: "NULL", new: image("ensue_row")) + "FROM added AS ensue_row;\n"
        case .delete: recording(operation, old: image("ensue_row"), new: "NULL") + "FROM removed AS ensue_row;\n"
        case .update:
            recording(operation, old: "o.image", new: "n.image") + """
                FROM (SELECT row_number() OVER () AS number, \(image("ensue_row")) AS image
                    FROM removed AS ensue_row) AS o
                JOIN (SELECT row_number() OVER () AS number, \(image("ensue_row")) AS image
                    FROM added AS ensue_row) AS n USING (number)
                \(watch.columns == nil ? "" : "WHERE o.image::text IS DISTINCT FROM n.image::text")
                ORDER BY number;

                """
        }
    }

    private func recordingRow(_ operation: TableWatch.Operation) -> String {
        switch operation {
        case .insert: recording(operation, old: "NULL", new: image("NEW")) + ";\n"
        case .delete: recording(operation, old: image("OLD"), new: "NULL") + ";\n"
        case .update:
            recording(operation, old: image("OLD"), new: image("NEW"))
                + (watch.columns == nil
                    ? "" : "WHERE (\(image("OLD")))::text IS DISTINCT FROM (\(image("NEW")))::text") + ";\n"
        }
    }

    private func recording(_ operation: TableWatch.Operation, old: String, new: String) -> String {
        """
        INSERT INTO \(events) (account, type, source, data)
        SELECT \(Names.literal(watch.account.rawValue)), \(Names.literal("\(watch.name).\(operation.participle)")),
            \(Names.literal(source.description)), json_build_object('table', \(Names.literal(table.displayName)),
            'operation', '\(operation.rawValue)', 'old', \(old), 'new', \(new))

        """
    }

    /// A row as JSON, numbers as they are written.
    private func image(_ row: String) -> String {
        guard let columns = shownColumns else { return "row_to_json(\(row))" }
        return "(SELECT row_to_json(ensue_row) FROM (SELECT \(ApplicationTable.list(columns, of: row))) AS ensue_row)"
    }

    /// Nil for all that there are or will be.
    private var shownColumns: [String]? {
        if let columns = watch.columns { return columns }
        guard table.columns.contains(where: \.isVirtual) else { return nil }
        return table.columns.filter { !$0.isVirtual }.map(\.name)
    }
}
