internal import Ensue

/// Waits for an effect's end.
struct Waiting {
    let ledger: Ledger
    /// Nil is as long as it takes.
    let limit: Double?
    private let clock = SystemClock()

    /// How long one look waits: shorter than what proxies allow, and at first short, to notice that nobody works.
    private static let longestLook = 25.0
    private static let firstLook = 3.0

    init(ledger: Ledger, limit: Double?) {
        self.ledger = ledger
        self.limit = limit
    }

    /// The effect once it has ended, or as it is when the time is up.
    func end(of id: String) async throws -> JSONValue {
        let start = clock.uptime()
        var look = Self.firstLook
        var (hasTold, isCutOff) = (false, false)
        while true {
            let left = limit.map { $0 - (clock.uptime() - start).seconds }
            let span = max(min(look, left ?? look), 0)
            let effect: JSONValue
            do {
                effect = try await ledger.get("/v1/effects/\(Ledger.escaped(id))", [("wait", "\(span)")])
            } catch let failure as CommandFailure {
                try await pause(after: failure, id, left: left, tells: !isCutOff)
                isCutOff = true
                continue
            }
            isCutOff = false
            if EffectStatus(effect).hasEnded || (left ?? .infinity) <= span { return effect }
            if !hasTold { tellObstacle(of: effect, id) }
            (look, hasTold) = (Self.longestLook, true)
        }
    }

    /// A server that is started anew is back soon. Throws when the time is up, or trying again is of no use: with the id,
    /// since the effect lives on.
    private func pause(after failure: CommandFailure, _ id: String, left: Double?, tells: Bool) async throws {
        guard failure.status == .unreachable, left ?? .infinity > 0 else {
            throw CommandFailure(
                "effect \(id) was requested, but what became of it is not known: \(failure)\nTo look again: "
                    + "\(RootCommand.programName) effects show \(id)", status: failure.status)
        }
        if tells { Terminal.error.print("\(failure)\nEffect \(id) was requested. Trying again every second …") }
        try await clock.sleep(for: .seconds(min(1, left ?? 1)))
    }

    /// Says what has to be done by somebody else before it can end.
    private func tellObstacle(of effect: JSONValue, _ id: String) {
        let program = RootCommand.programName
        switch effect["state"]?.string {
        case "ready":
            Terminal.error.print("Effect \(id) waits for a worker: is `\(program) serve` running on this store?")
        case "held": Terminal.error.print("Effect \(id) waits for approval: \(program) effects approve \(id)")
        case "uncertain":
            Terminal.error.print(
                "Effect \(id)'s worker died while it ran; a person has to decide: \(program) effects show \(id)")
        default: return
        }
    }
}
