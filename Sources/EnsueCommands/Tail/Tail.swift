internal import ArgumentParser
internal import Ensue
internal import UnixSignals

/// `ensue tail`: what happens, as it happens.
struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show events and effects as they come, and how effects end.",
        discussion: "Ends with Ctrl-C. Looks once every half second; what came too fast to be shown is counted.")

    @OptionGroup(title: "Where") var location: LedgerLocation

    @Flag(help: "Only events.")
    var events = false

    @Flag(help: "Only effects.")
    var effects = false

    @Option(help: "Of the events, only those of this type.")
    var type: String?

    @Option(help: "Of the events, only those of this source.")
    var source: String?

    @Option(help: "Of the effects, only those of this kind.")
    var kind: String?

    @Option(help: "Begin with so many events and effects that are there already.")
    var last = 10

    @OptionGroup var presentation: Presentation

    func validate() throws {
        guard !events || !effects else { throw ValidationError("without --events and --effects, both are shown") }
        guard (0...200).contains(last) else { throw ValidationError("--last is a number from 0 to 200") }
    }

    func run() async throws {
        let lines = TailLines(terminal: .output, presentation: presentation)
        let events = effects ? nil : Newcomers(path: "/v1/events", filter: [("type", type), ("source", source)])
        let effects = self.events ? nil : Newcomers(path: "/v1/effects", filter: [("kind", kind)])
        let last = last
        try await location.withLedger { ledger in
            try await untilSignalled {
                var tail = LiveTail(ledger: ledger, lines: lines, events: events, effects: effects)
                try await tail.follow(last: last)
            }
        }
    }
}

/// Does something until it is done, or until Ctrl-C or SIGTERM, which end it well.
private func untilSignalled(_ body: @escaping @Sendable () async throws -> Void) async throws {
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    try await withThrowingTaskGroup { group in
        group.addTask {
            do { try await body() } catch is CancellationError { return }
        }
        group.addTask {
            for await _ in signals { return }
        }
        try await group.next()
        group.cancelAll()
    }
}
