internal import ArgumentParser
internal import Ensue

/// How much of a list is shown.
struct ListOptions: ParsableArguments {
    @Option(help: "Show at most so many.")
    var limit = 50

    @Flag(help: "Show all, however many there are.")
    var all = false

    @Option(help: "Show only what has a lower id than this one.")
    var before: Int?

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit is a number from 1 up; --all shows everything") }
    }

    /// Prints a list as `presentation` asks for; `emptiness` says what to do when there is nothing.
    func show(
        _ path: String, of ledger: Ledger, _ query: [(name: String, value: String?)], _ presentation: Presentation,
        columns: [Table.Column], emptiness: String, row: (JSONValue) -> [StyledText]
    ) async throws {
        let output = Terminal.output
        var table: Table?
        let next = try await ledger.list(
            path, query, limit: all ? .max : limit, before: before.map(String.init)
        ) { items in
            if presentation.json { return try items.forEach { try output.write($0.text) } }
            let rows = items.map(row)
            let widths = table ?? Table(columns, for: rows, limit: output.width)
            try widths.write(rows, on: output, withHeading: table == nil)
            table = widths
        }
        guard !presentation.json else { return }
        if table == nil { return Terminal.error.print(emptiness) }
        if let next { Terminal.error.print("There may be older ones: --before \(next), or --all.") }
    }
}
