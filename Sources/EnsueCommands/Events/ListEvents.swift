internal import ArgumentParser
internal import Ensue

/// `ensue events list`.
struct ListEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List events, newest first.",
        discussion: "ensue events list --type polls.PollCompleted --since 1h")

    @OptionGroup(title: "Where") var location: LedgerLocation

    @OptionGroup(title: "Which") var filter: EventFilter

    @OptionGroup var period: Period
    @OptionGroup var list: ListOptions
    @OptionGroup var presentation: Presentation

    func run() async throws {
        let times = presentation.times
        let query = filter.query + period.query
        try await location.withLedger { ledger in
            try await list.show(
                "/v1/events", of: ledger, query, presentation, columns: Self.columns,
                emptiness: Self.emptiness(isFiltered: query.contains { $0.value != nil }),
                row: { Self.row($0, times) })
        }
    }

    private static func emptiness(isFiltered: Bool) -> String {
        let program = RootCommand.programName
        return isFiltered
            ? "There is no such event; `\(program) events list` shows all."
            : "There are no events yet. Record one: \(program) record hello.World '{\"name\":\"you\"}'"
    }

    static let columns: [Table.Column] = [
        .init("id"), .init("type", shrinksTo: 10), .init("source", shrinksTo: 6, goes: 1),
        .init("key", shrinksTo: 6, goes: 2), .init("recorded", goes: 3), .init("data", shrinksTo: 10),
    ]

    static func row(_ event: JSONValue, _ times: TimeDisplay) -> [StyledText] {
        [
            "\(event["id"]?.string ?? "")", "\(event["type"]?.string ?? "")", "\(event["source"]?.string ?? "")",
            "\(event["key"]?.string ?? "")", "\(times.text(event["recordedAt"]))",
            StyledText(event["data"]?.text ?? "", .faint),
        ]
    }
}

/// Which events are meant.
struct EventFilter: ParsableArguments {
    @Option(help: "Only events of this type.")
    var type: String?

    @Option(help: "Only events of this source: /<type>/<key>.")
    var source: String?

    @Option(help: "Only the event with this key.")
    var key: String?

    var query: [(name: String, value: String?)] { [("type", type), ("source", source), ("key", key)] }
}
