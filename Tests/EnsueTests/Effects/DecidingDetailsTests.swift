import Ensue
import Testing

@Suite struct DecidingDetailsTests {
    private static let running = EffectState.running(run: 1, lease: LeaseID(rawValue: 9))

    private func transition(
        _ command: Command, _ state: EffectState, attempts: Int = 2, spent: Int = 0
    ) throws -> Transition? {
        let policy = HandlerPolicy(attempts: attempts, backoff: .fixed(.seconds(7)))
        let decision = try state.deciding(
            command, policy: policy, history: EffectHistory(spent: spent), random: 0.5)
        guard case .move(let transition) = decision else { return nil }
        return transition
    }

    @Test func `a reason is kept, and where there is none the outcome says what happened`() throws {
        #expect(
            try transition(.cancel(reason: "enough"), .held) == Transition(to: .ended(.cancelled, error: "enough")))
        #expect(try transition(.cancel(reason: nil), .held)?.destination == .ended(.cancelled, error: "cancelled"))
        #expect(
            try transition(.refuse(reason: nil), .held)?.destination
                == .ended(.cancelled, error: "approval was refused"))
    }

    @Test func `a retry moves the outcome with its error into the attempts`() throws {
        let outcome = Outcome(
            kind: .failed, run: 3, output: nil, error: "why", startedAt: nil, completedAt: Timestamp(milliseconds: 0))
        #expect(
            try transition(.retry, .ended(outcome))
                == Transition(to: .ready, attempted: .init(.retried, error: "why")))
    }

    @Test func `approving or resolving puts no run behind`() throws {
        #expect(try transition(.approve, .held)?.attempted == nil)
        #expect(try transition(.retry, .uncertain(run: 1))?.attempted == nil)
    }

    @Test func `a failure that is reported for now follows the policy`() throws {
        let report = Command.complete(run: 1, .failed(error: "x", retry: true))
        #expect(
            try transition(report, Self.running)
                == Transition(to: .scheduled(after: .seconds(7)), attempted: .init(.failed, error: "x")))
        #expect(try transition(report, Self.running, spent: 1) == Transition(to: .ended(.failed, error: "x")))
    }

    @Test func `a completion carries its output`() throws {
        let output = JSONText(.bool(true))
        for state in [Self.running, .ready(run: 2), .uncertain(run: 1)] {
            #expect(
                try transition(.complete(run: 1, .completed(output: output)), state)
                    == Transition(to: .ended(.completed, output: output)))
        }
    }

    @Test func `a refusal says what was to be done and in which state the effect is`() {
        let refusal = #expect(throws: Refusal.self) { try transition(.approve, Self.running) }
        #expect(refusal?.description == "cannot approve an effect that is running")
        let late = #expect(throws: Refusal.self) {
            try transition(.complete(run: 1, .failed(error: "x", retry: true)), .ready(run: 2))
        }
        #expect(late?.description == "cannot report the failure of an earlier run of an effect that is ready")
    }

    @Test func `a state knows how many runs have begun`() {
        let time = Timestamp(milliseconds: 0)
        let lease = LeaseID(rawValue: 1)
        let states: [(EffectState, Int)] = [
            (.held, 0), (.ready(run: 1), 0), (.scheduled(run: 3, due: time), 2), (.running(run: 2, lease: lease), 2),
            (.deferred(run: 2, lease: lease, deadline: time), 2), (.uncertain(run: 4), 4),
        ]
        for (state, runs) in states { #expect(state.runs == runs) }
    }
}
