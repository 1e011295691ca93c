internal import ArgumentParser
internal import Ensue
internal import EnsuePostgres

/// `ensue adopt`: rows of another program's table as effects.
struct Adopt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Handle the rows of a PostgreSQL table as effects.",
        discussion: """
            Every row that is inserted becomes an effect in the same transaction; when it ends, the time and the \
            output are written back into the row, once. Rows that are there already and not completed are taken in first; an \
            interrupted run goes on where it was when it is started again. Updates cause nothing, and completed rows \
            are never touched. A row with a kind that is not a legal name becomes a rejection.

            Workers need UPDATE on the table. The columns are guessed from their names unless they are given.
            """)

    @OptionGroup var location: StoreLocation

    @Argument(help: "The table to adopt: public.effect_handler_fxtable.")
    var table: String?

    @OptionGroup(title: "Columns") var columns: AdoptedColumns

    @Option(help: "The account that the effects belong to.", transform: { try Account($0) })
    var account = Account.default

    @Flag(help: "List the tables that are adopted.")
    var list = false

    @Flag(help: "With --list: print a JSON array.")
    var json = false

    @Option(help: "Leave a table alone from now on; its effects stay, and write nothing back.")
    var remove: String?

    func validate() throws {
        let wishes = [table != nil, list, remove != nil].count { $0 }
        guard wishes == 1 else { throw ValidationError("give a table, or --list, or --remove TABLE") }
    }

    func run() async throws {
        if list { return try await printList() }
        if let remove { return try await removeAdoption(of: remove) }
        var request = Adoption.Request(table: table ?? "", account: account)
        columns.apply(to: &request)
        try await location.withTables { [request] store in
            let adoption = try await store.adopt(request)
            let names = adoption.columns
            try Terminal.output.write(
                "Rows of \(adoption.table) are effects now: \(names.id), \(names.kind), \(names.payload); completions "
                    + "go to \(names.completed) and \(names.completion).")
            try await Self.backfill(adoption, store)
        }
    }

    /// Tells how far it is after so many rows.
    private static let stride = 50_000

    private static func backfill(_ adoption: Adoption, _ store: PostgresStore) async throws {
        var (rows, requested, told) = (0, 0, 0)
        while true {
            let step = try await store.backfill(adoption)
            rows += step.rows
            requested += step.requested
            if step.isLast { break }
            if rows - told >= stride {
                told = rows
                Terminal.error.print("\(rows) rows looked at, \(requested) effects requested …")
            }
        }
        try Terminal.output.write(
            "\(requested) effects were requested for rows that were there already; \(rows) were looked at.")
    }

    private func removeAdoption(of table: String) async throws {
        let removed = try await location.withTables { try await $0.removeAdoption(of: table) }
        guard let (adoption, open) = removed else { throw CommandFailure("\(table) is not adopted") }
        try Terminal.output.write("\(adoption.table) is no longer adopted.")
        guard open > 0 else { return }
        try Terminal.output.write(
            "\(open) of its effects had not been completed; if they are yet, it is not written back. Adopting the "
                + "table again makes up for it.")
    }

    private func printList() async throws {
        let adoptions = try await location.withTables { try await $0.adoptions() }
        if json { return try Terminal.output.write(JSONText.encoding(adoptions).text) }
        guard !adoptions.isEmpty else { return try Terminal.output.write("No table is adopted.") }
        let rows = adoptions.map { adoption -> [StyledText] in
            let columns = adoption.columns
            return [
                "\(adoption.table)\(adoption.isDropped ? " (dropped)" : "")",
                "\([columns.id, columns.kind, columns.payload].joined(separator: ","))",
                "\([columns.completed, columns.completion, columns.error].compactMap { $0 }.joined(separator: ","))",
                adoption.isBackfilled ? "all" : "in part", "\(adoption.leftAlone)", "\(adoption.account)",
            ]
        }
        try Terminal.output.write(
            table: [
                .init("table", shrinksTo: 12), .init("from", shrinksTo: 8), .init("written back to", shrinksTo: 8),
                .init("former rows", shrinksTo: 7), .init("left alone", shrinksTo: 5), .init("account", shrinksTo: 7),
            ], rows)
    }
}
