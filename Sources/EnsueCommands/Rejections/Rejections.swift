internal import ArgumentParser
internal import Ensue

/// `ensue rejections`: deliveries that could not become an event or effect.
struct Rejections: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at deliveries that were refused, and take them in again.",
        subcommands: [ListRejections.self, ShowRejection.self, ReplayRejections.self])
}

/// `ensue rejections list`.
struct ListRejections: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List refused deliveries, newest first.")

    @OptionGroup(title: "Where") var location: LedgerLocation

    @Flag(help: "Also those that a replay has put right.")
    var resolved = false

    @OptionGroup var list: ListOptions
    @OptionGroup var presentation: Presentation

    func run() async throws {
        let times = presentation.times
        try await location.withLedger { ledger in
            try await list.show(
                "/v1/rejections", of: ledger, [("resolved", resolved ? "true" : nil)], presentation,
                columns: [
                    .init("id"), .init("source", shrinksTo: 8), .init("refused", goes: 2), .init("resolved", goes: 1),
                    .init("reason", shrinksTo: 10),
                ], emptiness: "No delivery was refused. Nothing is to be done.", row: { Self.row($0, times) })
        }
    }

    private static func row(_ rejection: JSONValue, _ times: TimeDisplay) -> [StyledText] {
        [
            "\(rejection["id"]?.string ?? "")", "\(rejection["source"]?.string ?? "")",
            "\(times.text(rejection["createdAt"]))", "\(rejection["resolution"]?.string ?? "no")",
            "\(rejection["reason"]?.string ?? "")",
        ]
    }
}

/// `ensue rejections show`.
struct ShowRejection: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show refused deliveries with their bodies.")

    @OptionGroup(title: "Where") var location: LedgerLocation

    @Argument(help: "The rejections' ids.")
    var ids: [Int]

    @OptionGroup var presentation: Presentation

    func run() async throws {
        let times = presentation.times
        try await location.withLedger { ledger in
            try await ForEach(ids: ids).run { id in
                let found = try await ledger.get("/v1/rejections/\(id)")
                if presentation.json { return try Terminal.output.write(found.text) }
                try Fields(terminal: .output).write([
                    .init("rejection", found["id"]?.string), .init("source", found["source"]?.string),
                    .init("account", found["account"]?.string), .init("refused", times.text(found["createdAt"])),
                    .init("reason", found["reason"]?.string, .red),
                    .init("resolved", times.text(found["resolvedAt"])),
                    .init("resolution", found["resolution"]?.string), .init("body", found["body"]?.string),
                ])
                guard found["resolvedAt"] == nil else { return }
                Terminal.error.print("\nTo take it in again: \(RootCommand.programName) rejections replay \(id)")
            }
        }
    }
}

/// `ensue rejections replay`.
struct ReplayRejections: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Take refused deliveries in again, once what was wrong is put right.")

    @OptionGroup(title: "Where") var location: LedgerLocation

    @Argument(help: "The rejections' ids.")
    var ids: [Int]

    @Flag(help: "Print what the deliveries are answered with now, one JSON object a line.")
    var json = false

    func run() async throws {
        try await location.withLedger { ledger in
            try await ForEach(ids: ids).run { id in
                let answer = try await ledger.post("/v1/rejections/\(id)/replay")
                try Terminal.output.write(json ? answer.text : "Rejection \(id) was accepted\(Self.result(answer)).")
            }
        }
    }

    private static func result(_ answer: JSONValue) -> String {
        for noun in ["event", "effect"] { if let id = answer[noun]?.string { return " as \(noun) \(id)" } }
        return ""
    }
}
