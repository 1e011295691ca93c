internal import ArgumentParser
internal import Ensue

/// `ensue request`: an effect, from the command line.
struct RequestEffect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request", abstract: "Request an effect, and wait for its end if you like.",
        discussion: """
            ensue request sms.send '{"to":"+46701740605","text":"Hello"}' --wait 30

            Returns once the request is durable, or, with --wait, once the effect has ended: 0 if it is completed, \
            1 if it failed or was cancelled, 3 if it has not ended in time.
            """)

    private static let priorities = Priority.allCases.map { "\($0)" }

    @OptionGroup(title: "Where") var location: LedgerLocation

    @Argument(help: "What is to be done: a kind that a worker handles, such as sms.send.")
    var kind: String?

    @Argument(help: "With what: \(JSONInput.forms). (default: {})")
    var payload: JSONInput?

    @Option(help: "Its key, unique in the account: the second request with a key is the first one.")
    var key: String?

    @Option(help: "Not before this time: 2026-03-04T09:15:00Z, or 10m for in ten minutes.", transform: Moment.ahead)
    var due: Moment?

    @Option(
        help: "urgent, high, normal or low.", completion: .list(Self.priorities),
        transform: { try Word.of(Self.priorities, $0) })
    var priority: String?

    @Flag(help: "Hold it until a person approves it.")
    var approval = false

    @Option(
        defaultAsFlag: .forever, parsing: .next,
        help: ArgumentHelp("Wait until it has ended, or for so many seconds.", valueName: "seconds"))
    var wait: Wait?

    @Option(help: "Request the effects in this file, one JSON object a line, or an array.", completion: .file())
    var batch: String?

    @OptionGroup var presentation: Presentation

    func validate() throws {
        if batch == nil {
            guard kind != nil else { throw ValidationError("give the effect's KIND, or --batch FILE") }
        } else if kind != nil || key != nil || due != nil || priority != nil || approval || wait != nil {
            throw ValidationError(
                "with --batch, everything about the effects is in the file, and --wait is not possible")
        }
    }

    func run() async throws {
        if let batch {
            let items = try Batch(contents: try JSONInput.contents(batch))
            return try await location.withLedger(.creating) { ledger in
                try await items.send(
                    to: ledger, "/v1/effects", printsJSON: presentation.json, done: "Requested", noun: "effect")
            }
        }
        let body = JSONText(try members())
        try await location.withLedger(.creating) { ledger in
            let receipt = try await ledger.post("/v1/effects", body)
            guard let wait, let id = receipt["id"]?.string else { return try show(receipt) }
            if !presentation.json { try show(receipt) }
            let effect = try await Waiting(ledger: ledger, limit: wait.seconds).end(of: id)
            try EffectEnd(effect: effect, presentation: presentation).show()
        }
    }

    private func show(_ receipt: JSONValue) throws {
        guard !presentation.json else { return try Terminal.output.write(receipt.text) }
        let (id, state) = (receipt["id"]?.string ?? "?", receipt["state"]?.string ?? "no longer kept")
        try Terminal.output.write(
            receipt["duplicate"]?.bool == true
                ? "Effect \(id) has this key already; nothing was requested. It is \(state)."
                : "Requested effect \(id); it is \(state).")
        if state == "held" { Terminal.error.print("To let it run: \(RootCommand.programName) effects approve \(id)") }
    }

    private func members() throws -> JSONValue {
        var members: [String: JSONValue] = [
            "kind": .string(kind ?? ""), "payload": try payload?.document("PAYLOAD").parsed() ?? .object([:]),
        ]
        if let key { members["key"] = .string(key) }
        if let due { members["due"] = .string(due.text) }
        if let priority { members["priority"] = .string(priority) }
        if approval { members["approval"] = "required" }
        return .object(members)
    }
}

/// How long to wait for an end.
struct Wait: ExpressibleByArgument, CustomStringConvertible, Sendable {
    static let forever = Wait(seconds: nil)

    /// Nil is as long as it takes.
    let seconds: Double?

    var description: String { seconds.map { "\($0)" } ?? "until it has ended" }

    private init(seconds: Double?) { self.seconds = seconds }

    init?(argument: String) {
        guard let seconds = Double(argument), seconds >= 0, seconds <= 1e9 else { return nil }
        self.seconds = seconds
    }
}
