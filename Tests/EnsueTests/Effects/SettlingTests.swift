import Ensue
import Testing

@Suite struct SettlingTests {
    private let policy = HandlerPolicy(attempts: 3, backoff: .fixed(.seconds(10)))

    private func settling(_ result: RunResult, spent: Int = 0) -> Transition {
        .settling(result, policy: policy, history: EffectHistory(spent: spent), random: 0.5)
    }

    @Test func `a completed run ends its effect with the output`() {
        let output = JSONText(.string("done"))
        #expect(settling(.completed(output: output)) == Transition(to: .ended(.completed, output: output)))
        #expect(settling(.completed(output: nil), spent: 9) == Transition(to: .ended(.completed)))
    }

    @Test func `a rejection fails the effect for good, whatever attempts are left`() {
        #expect(settling(.rejected(reason: "no")) == Transition(to: .ended(.failed, error: "no")))
    }

    @Test func `a cancelled run cancels its effect and spends nothing`() {
        let transition = settling(.cancelled)
        #expect(transition.attempted == nil)
        guard case .ended(.cancelled, _, _?) = transition.destination else {
            Issue.record("it should be cancelled, with a reason")
            return
        }
    }

    @Test func `a deferred run is parked and not put behind`() {
        #expect(settling(.deferred(within: .seconds(5))) == Transition(to: .deferred(within: .seconds(5))))
    }

    @Test func `a snoozed run is put behind, however many attempts are spent`() {
        let snoozed = Transition.Attempted(.snoozed)
        for spent in [0, 2, 100] {
            #expect(
                settling(.snoozed(for: .seconds(5)), spent: spent)
                    == Transition(to: .scheduled(after: .seconds(5)), attempted: snoozed))
        }
        #expect(settling(.snoozed(for: .zero)) == Transition(to: .ready, attempted: snoozed))
        #expect(settling(.snoozed(for: .seconds(-5))) == Transition(to: .ready, attempted: snoozed))
    }

    @Test func `a failed run is repeated after the policy's delay while attempts are left`() {
        let failed = Transition.Attempted(.failed, error: "x")
        let again = Transition(to: .scheduled(after: .seconds(10)), attempted: failed)
        #expect(settling(.failed(error: "x", delay: nil), spent: 0) == again)
        #expect(settling(.failed(error: "x", delay: nil), spent: 1) == again)
        #expect(settling(.failed(error: "x", delay: nil), spent: 2) == Transition(to: .ended(.failed, error: "x")))
        #expect(settling(.failed(error: "x", delay: nil), spent: 3) == Transition(to: .ended(.failed, error: "x")))
    }

    @Test(arguments: [(5, 10), (10, 10), (30, 30)])
    func `what the peer asked for counts where it is longer than the policy's delay`(_ asked: Int, _ wait: Int) {
        let transition = settling(.failed(error: "x", delay: .seconds(asked)))
        #expect(transition.destination == .scheduled(after: .seconds(wait)))
    }

    @Test func `a failed run whose policy knows no delay is repeated at once`() {
        let eager = HandlerPolicy(attempts: 2, backoff: .fixed(.zero))
        let transition = Transition.settling(
            .failed(error: "x", delay: nil), policy: eager, history: EffectHistory(), random: 0.5)
        #expect(transition == Transition(to: .ready, attempted: .init(.failed, error: "x")))
    }

    @Test func `a run that took too long has failed`() {
        let transition = settling(.timedOut(after: .seconds(30)))
        #expect(transition.destination == .scheduled(after: .seconds(10)))
        #expect(transition.attempted?.result == .failed)
        #expect(transition.attempted?.error?.contains("30") == true)
        guard case .ended(.failed, _, _?) = settling(.timedOut(after: .seconds(30)), spent: 2).destination else {
            Issue.record("the last attempt should end it")
            return
        }
    }

    @Test func `an interrupted run is repeated, unless it must not be repeated blindly`() {
        let again = settling(.interrupted, spent: 2)
        #expect(again.destination == .ready)
        #expect(again.attempted?.result == .interrupted)
        let held = Transition.settling(
            .interrupted, policy: .atMostOnce, history: EffectHistory(), random: 0.5)
        #expect(held.destination == .uncertain)
        #expect(held.attempted?.result == .interrupted)
    }

    @Test func `whatever does not end or park an effect puts its run behind`() {
        let results: [RunResult] = [
            .completed(output: nil), .failed(error: "x", delay: nil), .rejected(reason: "x"),
            .deferred(within: .seconds(1)), .snoozed(for: .seconds(1)), .timedOut(after: .seconds(1)), .cancelled,
            .interrupted,
        ]
        for (result, spent) in results.flatMap({ result in (0...3).map { (result, $0) } }) {
            let transition = settling(result, spent: spent)
            switch transition.destination {
            case .ended, .deferred: #expect(transition.attempted == nil, "\(result) after \(spent)")
            case .ready, .scheduled, .uncertain: #expect(transition.attempted != nil, "\(result) after \(spent)")
            }
        }
    }
}
