internal import ArgumentParser
internal import Ensue

/// `ensue events show`.
struct ShowEvent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show events.",
        discussion: "What followed from one is shown by: ensue trace event ID")

    @OptionGroup(title: "Where") var location: LedgerLocation

    @Argument(help: "The events' ids.")
    var ids: [Int]

    @OptionGroup var presentation: Presentation

    func run() async throws {
        try await location.withLedger { ledger in
            try await ForEach(ids: ids).run { id in
                let event = try await ledger.get("/v1/events/\(id)")
                if presentation.json { return try Terminal.output.write(event.text) }
                try Fields(terminal: .output).write(Self.fields(of: event, presentation.times))
            }
        }
    }

    private static func fields(of event: JSONValue, _ times: TimeDisplay) -> [Fields.Field] {
        let happened = event["time"] == event["recordedAt"] ? "" : times.text(event["time"])
        return [
            .init("event", event["id"]?.string), .init("type", event["type"]?.string),
            .init("source", event["source"]?.string), .init("key", event["key"]?.string),
            .init("tags", event["tags"]?.array?.compactMap(\.string).joined(separator: ", ")),
            .init("account", event["account"]?.string), .init("happened", happened),
            .init("recorded", times.text(event["recordedAt"])), .init("by effect", event["cause"]?.string),
            .init("data", event["data"]?.text),
        ]
    }
}
