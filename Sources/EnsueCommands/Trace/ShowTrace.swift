internal import ArgumentParser
internal import Ensue

/// `ensue trace`: what followed from what.
struct ShowTrace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace", abstract: "Draw what followed from an event or an effect, as a tree.",
        discussion: "ensue trace event 3; ensue trace effect 17")

    enum Root: String, ExpressibleByArgument, CaseIterable { case event, effect }

    @OptionGroup(title: "Where") var location: LedgerLocation

    @Argument(help: "event or effect.")
    var root: Root

    @Argument(help: "Its id.")
    var id: Int

    @OptionGroup var presentation: Presentation

    func run() async throws {
        try await location.withLedger { ledger in
            let trace = try await ledger.get("/v1/\(root)s/\(id)/trace")
            if presentation.json { return try Terminal.output.write(trace.text) }
            let tree = Tree(trace: trace["root"] ?? .null, presentation.times)
            for line in tree.drawn { try Terminal.output.write(Terminal.output.line(line)) }
            if trace["complete"]?.bool == false {
                Terminal.error.print("More followed than is shown; trace one of the last effects for the rest.")
            }
        }
    }
}

extension Tree {
    /// A node of the API's: an event or an effect with its consequences.
    init(trace node: JSONValue, _ times: TimeDisplay) {
        let branches = (node["consequences"]?.array ?? []).map { Tree(trace: $0, times) }
        let lines =
            node["event"].map { [Self.line(event: $0, times)] }
            ?? node["effect"].map { Self.lines(effect: $0, times) } ?? []
        self.init(lines: lines, branches: branches)
    }

    private static func line(event: JSONValue, _ times: TimeDisplay) -> [StyledText] {
        [
            StyledText("event \(event["id"]?.string ?? "?") ", .faint), StyledText(event["type"]?.string ?? "", .bold),
            StyledText("  \(times.text(event["recordedAt"]))", .faint),
        ]
    }

    private static func lines(effect: JSONValue, _ times: TimeDisplay) -> [[StyledText]] {
        let status = EffectStatus(effect)
        let time = effect["completedAt"] ?? effect["createdAt"]
        let runs = effect["runs"]?.int ?? 0
        let head = [
            StyledText("effect \(effect["id"]?.string ?? "?") ", .faint),
            StyledText(effect["kind"]?.string ?? "", .bold),
            "  ", status.styled,
            StyledText((runs > 1 ? " in run \(runs)" : "") + "  \(times.text(time))", .faint),
        ]
        guard let error = effect["error"]?.string ?? effect["attempts"]?.array?.last?["error"]?.string,
            status.state != "completed"
        else { return [head] }
        return [head, [StyledText(error, .red)]]
    }
}
