internal import ArgumentParser
internal import Ensue

/// `ensue kinds`: what can be requested, and who handles it.
struct Kinds: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the kinds of effects, who handles them, and what waits.")

    @OptionGroup(title: "Where") var location: LedgerLocation
    @OptionGroup var presentation: Presentation

    func run() async throws {
        let times = presentation.times
        let items = try await location.withLedger { try await $0.get("/v1/kinds")["items"]?.array ?? [] }
        if presentation.json { return try items.forEach { try Terminal.output.write($0.text) } }
        guard !items.isEmpty else {
            return Terminal.error.print(
                "No worker has handled anything here yet. Start one: \(RootCommand.programName) serve")
        }
        try Terminal.output.write(
            table: [
                .init("kind", shrinksTo: 10), .init("handled by", shrinksTo: 8), .init("seen", goes: 2), .init("ready"),
                .init("oldest", goes: 1),
            ], items.map { Self.row($0, times) })
    }

    private static func row(_ kind: JSONValue, _ times: TimeDisplay) -> [StyledText] {
        let workers = kind["workers"]?.array?.compactMap(\.string).joined(separator: ", ") ?? ""
        let isKnown = kind["known"]?.bool == true
        let handledBy: StyledText =
            switch (workers.isEmpty, isKnown) {
            case (false, _): StyledText(workers)
            case (true, true): StyledText("nobody now", .yellow)
            case (true, false): StyledText("nobody", .red)
            }
        let ready = Diagnosis.grouped(kind["ready"]?.int ?? 0)
        return [
            "\(kind["kind"]?.string ?? "")", handledBy, "\(times.text(kind["seenAt"]))",
            "\(kind["more"]?.bool == true ? "over " : "")\(ready)", "\(times.text(kind["oldestReadyAt"]))",
        ]
    }
}
