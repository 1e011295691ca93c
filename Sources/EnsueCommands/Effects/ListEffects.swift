internal import ArgumentParser
internal import Ensue

/// `ensue effects list`.
struct ListEffects: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List effects, newest first.",
        discussion: "ensue effects list --state failed --since 1d")

    @OptionGroup(title: "Where") var location: LedgerLocation
    @OptionGroup(title: "Which") var filter: EffectFilter

    @Option(help: "Only effects that rules requested for this event, by its id.")
    var event: Int?

    @OptionGroup var period: Period
    @OptionGroup var list: ListOptions
    @OptionGroup var presentation: Presentation

    func run() async throws {
        let times = presentation.times
        let query = filter.query + [("event", event.map(String.init))] + period.query
        try await location.withLedger { ledger in
            try await list.show(
                "/v1/effects", of: ledger, query, presentation, columns: Self.columns,
                emptiness: Self.emptiness(isFiltered: query.contains { $0.value != nil }),
                row: { Self.row($0, times) })
        }
    }

    private static func emptiness(isFiltered: Bool) -> String {
        let program = RootCommand.programName
        return isFiltered
            ? "There is no such effect; `\(program) effects list` shows all."
            : "There are no effects yet. Request one: \(program) request log '{\"message\":\"Hello\"}'"
    }

    static let columns: [Table.Column] = [
        .init("id"), .init("state"), .init("kind", shrinksTo: 8), .init("runs", goes: 1),
        .init("requested", goes: 2),
        .init("payload, or error", shrinksTo: 10),
    ]

    static func row(_ effect: JSONValue, _ times: TimeDisplay) -> [StyledText] {
        let error = effect["error"]?.string ?? effect["attempts"]?.array?.last?["error"]?.string
        let isStuck = EffectStatus(effect).lacksWorker(effect)
        let detail =
            switch (error, isStuck) {
            case (let error?, _): StyledText(error, .red)
            case (nil, true): StyledText("no worker handles it", .yellow)
            case (nil, false): StyledText(effect["payload"]?.text ?? "", .faint)
            }
        return [
            "\(effect["id"]?.string ?? "")", EffectStatus(effect).styled, "\(effect["kind"]?.string ?? "")",
            "\(effect["runs"]?.int ?? 0)", "\(times.text(effect["createdAt"]))", detail,
        ]
    }
}

/// Which effects are meant.
struct EffectFilter: ParsableArguments {
    @Option(
        help: ArgumentHelp("Only effects in this state: \(Self.states.joined(separator: ", "))."),
        completion: .list(Self.states), transform: { try Word.of(Self.states, $0) })
    var state: String?

    @Option(help: "Only effects of this kind.")
    var kind: String?

    @Option(help: "Only the effect with this key.")
    var key: String?

    static let states = EffectQuery.State.allCases.map(\.rawValue)

    var query: [(name: String, value: String?)] { [("state", state), ("kind", kind), ("key", key)] }
}
