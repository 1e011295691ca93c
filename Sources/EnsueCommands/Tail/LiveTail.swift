internal import Ensue

/// Looks at a ledger again and again, and prints what is new and what has ended.
struct LiveTail {
    let ledger: Ledger
    let lines: TailLines
    /// Nil is not shown.
    var events: Newcomers?
    var effects: Newcomers?
    private var open = OpenEffects()
    private let clock = SystemClock()

    private static let interval = Duration.milliseconds(500)
    private static let pauseInTrouble = Duration.seconds(2)

    init(ledger: Ledger, lines: TailLines, events: Newcomers?, effects: Newcomers?) {
        self.ledger = ledger
        self.lines = lines
        self.events = events
        self.effects = effects
    }

    /// Goes on until the task is cancelled or nobody reads the output.
    mutating func follow(last: Int) async throws {
        try await begin(last: last)
        var isInTrouble = false
        while true {
            try await clock.sleep(for: isInTrouble ? Self.pauseInTrouble : Self.interval)
            do {
                try await look()
                isInTrouble = false
            } catch let failure as CommandFailure where failure.status == .unreachable {
                if !isInTrouble { Terminal.error.print("\(failure)\nTrying again every 2 seconds …") }
                isInTrouble = true
            }
        }
    }

    private mutating func begin(last: Int) async throws {
        let events = try await events?.first(last, in: ledger)
        let effects = try await effects?.first(last, in: ledger)
        try show(events, effects)
    }

    private mutating func look() async throws {
        let events = try await events?.next(in: ledger)
        let effects = try await effects?.next(in: ledger)
        for (found, noun) in [(events, "events"), (effects, "effects")] where found?.isIncomplete == true {
            Terminal.error.print("More \(noun) came than can be shown; some are left out.")
        }
        try show(events, effects)
        let news = try await open.ended(in: ledger)
        for effect in news.ended { try lines.print(ended: effect) }
        if news.forgotten > 0 {
            Terminal.error.print(
                "\(news.forgotten) effects are open for longer than can be followed; see: "
                    + "\(RootCommand.programName) effects list")
        }
    }

    /// Only what is shown has been seen: after a failure, the next look finds the rest again.
    private mutating func show(_ events: Newcomers.Look?, _ effects: Newcomers.Look?) throws {
        let times = (events?.items ?? []).map { ($0, true) } + (effects?.items ?? []).map { ($0, false) }
        let ordered = times.enumerated().sorted { left, right in
            (Self.time(left.element), left.offset) < (Self.time(right.element), right.offset)
        }
        for (item, isEvent) in ordered.map(\.element) {
            if isEvent { try lines.print(event: item) } else { try print(effect: item) }
        }
        self.events = events?.after
        self.effects = effects?.after
    }

    /// When it came. Times of the API compare as texts do: all are in UTC and of one form.
    private static func time(_ item: (JSONValue, isEvent: Bool)) -> String {
        item.0[item.isEvent ? "recordedAt" : "createdAt"]?.string ?? ""
    }

    private mutating func print(effect: JSONValue) throws {
        if EffectStatus(effect).hasEnded { return try lines.print(ended: effect) }
        try lines.print(requested: effect)
        if let id = Newcomers.id(effect) { open.add(id) }
    }
}
