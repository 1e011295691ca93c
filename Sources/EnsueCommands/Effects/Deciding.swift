internal import ArgumentParser
internal import Ensue

/// What all commands about single effects have in common: which, where, and how it is shown.
struct Deciding: ParsableArguments {
    @OptionGroup(title: "Where") var location: LedgerLocation

    @Argument(help: "The effects' ids.")
    var ids: [Int]

    @Flag(help: "Print the effects as the API has them, one JSON object a line.")
    var json = false

    /// Posts to each effect, and tells what it is then.
    func post(_ action: String, _ body: JSONText = .emptyObject) async throws {
        try await location.withLedger { ledger in
            try await ForEach(ids: ids).run { id in
                let effect = try await ledger.post("/v1/effects/\(id)/\(action)", body)
                try show(effect, "Effect \(id) is \(Self.state(of: effect, after: action)).")
            }
        }
    }

    func show(_ answer: JSONValue, _ sentence: String) throws {
        try Terminal.output.write(json ? answer.text : sentence)
    }

    private static func state(of effect: JSONValue, after action: String) -> String {
        let status = EffectStatus(effect)
        let word = Terminal.output.styled(status.state, status.style)
        return action == "cancel" && status.state == "running"
            ? "\(word); its worker is told to stop it" : "\(word) now"
    }

    /// A body with what was given.
    static func body(_ members: [String: JSONValue?]) -> JSONText { JSONText(.object(members.compactMapValues { $0 })) }
}

/// `ensue effects retry`.
struct RetryEffects: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Run failed, cancelled or uncertain effects again, under the same ids.",
        discussion: "A completed effect is replayed instead.")

    @OptionGroup var effects: Deciding

    func run() async throws { try await effects.post("retry") }
}

/// `ensue effects cancel`.
struct CancelEffects: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel effects that have not ended.",
        discussion: "One that runs is told to stop; if its handler finishes anyway, it is completed.")

    @OptionGroup var effects: Deciding

    @Option(help: "Why; kept as the effect's error.")
    var reason: String?

    func run() async throws {
        try await effects.post("cancel", Deciding.body(["reason": reason.map { .string($0) }]))
    }
}

/// `ensue effects approve`.
struct ApproveEffects: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "approve", abstract: "Let held effects run.")

    @OptionGroup var effects: Deciding

    func run() async throws { try await effects.post("approve") }
}

/// `ensue effects refuse`.
struct RefuseEffects: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refuse", abstract: "Refuse to let held effects run; they are cancelled.")

    @OptionGroup var effects: Deciding

    @Option(help: "Why; kept as the effect's error.")
    var reason: String?

    func run() async throws {
        try await effects.post("refuse", Deciding.body(["reason": reason.map { .string($0) }]))
    }
}
