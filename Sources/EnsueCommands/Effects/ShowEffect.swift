internal import ArgumentParser
internal import Ensue

/// `ensue effects show`.
struct ShowEffect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show effects with all that became of them.")

    @OptionGroup(title: "Where") var location: LedgerLocation

    @Argument(help: "The effects' ids.")
    var ids: [Int]

    @OptionGroup var presentation: Presentation

    func run() async throws {
        try await location.withLedger { ledger in
            try await ForEach(ids: ids).run { id in
                let effect = try await ledger.get("/v1/effects/\(id)")
                if presentation.json { return try Terminal.output.write(effect.text) }
                try Fields(terminal: .output).write(Self.fields(of: effect, presentation.times))
                try Self.showAttempts(of: effect, presentation.times)
                Self.advise(effect, id)
            }
        }
    }

    private static func fields(of effect: JSONValue, _ times: TimeDisplay) -> [Fields.Field] {
        let status = EffectStatus(effect)
        let origin = effect["origin"]
        return [
            .init("effect", effect["id"]?.string), .init("kind", effect["kind"]?.string),
            .init("state", status.state, status.style), .init("key", effect["key"]?.string),
            .init("account", effect["account"]?.string), .init("priority", effect["priority"]?.string),
            .init("requested", times.text(effect["createdAt"])),
            .init(status.state == "deferred" ? "until" : "due", times.text(effect["dueAt"])),
            .init("by event", origin?["event"]?.string), .init("by rule", origin?["rule"]?.string),
            .init("by effect", origin?["effect"]?.string), .init("replay of", origin?["replayOf"]?.string),
            .init("runs", effect["runs"]?.text), .init("progress", progress(effect["progress"], times)),
            .init("ended", ended(effect, times)), .init("payload", effect["payload"]?.text),
            .init("output", effect["output"]?.text), .init("error", effect["error"]?.string, .red),
        ]
    }

    private static func progress(_ json: JSONValue?, _ times: TimeDisplay) -> String? {
        guard let json else { return nil }
        let share = json["fraction"]?.double.map { "\(Int(($0 * 100).rounded())) %" }
        return [share, json["note"]?.string, "(\(times.text(json["at"])))"].compactMap { $0 }.joined(separator: " ")
    }

    private static func ended(_ effect: JSONValue, _ times: TimeDisplay) -> String? {
        guard effect["completedAt"] != nil else { return nil }
        let length = TimeDisplay.length(from: effect["startedAt"], to: effect["completedAt"])
        return times.text(effect["completedAt"]) + (length.map { ", after a run of \($0)" } ?? "")
    }

    private static func showAttempts(of effect: JSONValue, _ times: TimeDisplay) throws {
        guard let attempts = effect["attempts"]?.array, !attempts.isEmpty else { return }
        try Terminal.output.write("")
        try Terminal.output.write(
            table: [
                .init("run"), .init("result"), .init("ended", goes: 2), .init("took", goes: 1),
                .init("error", shrinksTo: 10),
            ],
            attempts.map { attempt in
                [
                    "\(attempt["run"]?.text ?? "")", "\(attempt["result"]?.string ?? "")",
                    "\(times.text(attempt["endedAt"]))",
                    "\(TimeDisplay.length(from: attempt["startedAt"], to: attempt["endedAt"]) ?? "")",
                    "\(attempt["error"]?.string ?? "")",
                ]
            })
    }

    /// What a person can do about an effect that waits for one.
    private static func advise(_ effect: JSONValue, _ id: Int) {
        let command = "\(RootCommand.programName) effects"
        let status = EffectStatus(effect)
        let advice: String? =
            switch status.state {
            case "held": "To let it run: \(command) approve \(id); or: \(command) refuse \(id)"
            case "uncertain":
                "Its worker died while it ran. If it did happen: \(command) complete \(id); to run it again: "
                    + "\(command) retry \(id)"
            case "failed", "cancelled": "To run it again: \(command) retry \(id)"
            case _ where status.lacksWorker(effect):
                "No worker has a handler for '\(effect["kind"]?.string ?? "")'; it runs when one starts."
            default: nil
            }
        if let advice { Terminal.error.print("\n\(advice)") }
    }
}
