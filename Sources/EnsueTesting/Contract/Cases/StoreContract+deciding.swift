internal import Ensue
internal import Testing

extension StoreContract {
    private static let everyCommand: [Command] = [
        .cancel(reason: nil), .cancel(reason: "enough"), .retry, .approve, .refuse(reason: "no"),
        .resolve(.completed(output: JSONText(.null))), .resolve(.failed(error: "no")),
        .complete(run: 1, .completed(output: JSONText(.null))), .complete(run: 1, .failed(error: "x", retry: true)),
        .complete(run: 1, .failed(error: "x", retry: false)),
    ]

    /// Every command in every state does what the pure decision says, or is refused as it says.
    static let deciding: [Case] = Situation.allCases.map { situation in
        Case("a command about an effect that is \(situation) does what the decision says, or is refused") { bench in
            try await bench.join()
            for command in everyCommand {
                let id = try await bench.effect(in: situation)
                try await check(command, on: id, bench)
                try await bench.clear(id)
            }
        }
    }

    private static func check(_ command: Command, on id: EffectID, _ bench: Bench) async throws {
        let before = try await bench.effect(id)
        let history = EffectHistory(spent: before.attempts.count { $0.result.isSpent })
        let expected: Result<Decision, any Error>
        do {
            expected = .success(
                try before.state.deciding(
                    command, policy: .standard, history: history, needsApproval: before.needsApproval, random: 0.5))
        } catch { expected = .failure(error) }
        switch expected {
        case .failure(let refusal):
            let thrown = await #expect(throws: Refusal.self, "\(command)") {
                try await bench.store.command(command, on: id, random: 0.5)
            }
            #expect(thrown == refusal as? Refusal)
            #expect(try await bench.effect(id) == before, "a refused command changes nothing")
        case .success(.signalCancellation):
            #expect(try await bench.command(command, on: id).state == before.state)
        case .success(.move(let transition)):
            let after = try await bench.command(command, on: id)
            #expect(after.state.name == transition.destination.stateName, "\(command)")
            #expect(after.attempts.count == before.attempts.count + (transition.attempted == nil ? 0 : 1))
            #expect(after.attempts.last?.result == transition.attempted?.result ?? before.attempts.last?.result)
            #expect(after.state.runs == before.state.runs, "a command begins no run")
            #expect(try await bench.effect(id) == after, "what a command returns is what is stored")
        }
    }
}

extension Bench {
    /// Ends an effect, so that it is in nobody's way.
    fileprivate func clear(_ id: EffectID) async throws {
        switch try await state(id) {
        case .ended: return
        case .running: try await loseWorkers()
        case .held, .ready, .scheduled, .deferred, .uncertain: break
        }
        guard try await effect(id).outcome == nil else { return }
        try await command(.cancel(reason: nil), on: id)
    }
}

extension Transition.Destination {
    /// The name of the state that it leads to.
    var stateName: String {
        switch self {
        case .ready: "ready"
        case .scheduled: "scheduled"
        case .deferred: "deferred"
        case .uncertain: "uncertain"
        case .ended(let outcome, _, _): outcome.rawValue
        }
    }
}
