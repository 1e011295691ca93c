import Ensue
import Testing

@Suite struct LosingTests {
    private static let lost = Transition(to: .ready, attempted: .init(.lost, error: "the worker died"))

    @Test func `a lost run is repeated, and spends no attempt`() {
        #expect(Transition.losing(.retry, history: EffectHistory(spent: 99), alone: false) == Self.lost)
    }

    @Test(arguments: [true, false])
    func `an effect that must not be repeated blindly becomes uncertain`(_ alone: Bool) {
        let history = EffectHistory(spent: 1, losses: 9, lossesAlone: 9)
        let transition = Transition.losing(.hold, history: history, alone: alone)
        #expect(transition.destination == .uncertain)
        #expect(transition.attempted?.result == .lost)
    }

    @Test func `only losses alone fail an effect`() {
        for losses in 0...20 {
            let history = EffectHistory(losses: losses, lossesAlone: 0)
            #expect(Transition.losing(.retry, history: history, alone: false) == Self.lost)
        }
        for lossesAlone in 0..<2 {
            let history = EffectHistory(losses: lossesAlone + 2, lossesAlone: lossesAlone)
            #expect(Transition.losing(.retry, history: history, alone: true) == Self.lost)
        }
        let last = Transition.losing(.retry, history: EffectHistory(losses: 4, lossesAlone: 2), alone: true)
        #expect(last.attempted == nil)
        guard case .ended(.failed, nil, let error?) = last.destination else {
            Issue.record("the third loss alone should fail it")
            return
        }
        #expect(error.contains("3"))
    }

    @Test func `an effect is suspected after two losses`() {
        #expect(!EffectHistory(losses: 1).isPoisonous)
        #expect(EffectHistory(losses: 2).isPoisonous)
    }

    @Test func `a deferral in vain spends an attempt, and the last one fails the effect`() {
        let policy = HandlerPolicy(attempts: 2)
        let again = Transition.expiring(policy, history: EffectHistory(spent: 0))
        #expect(again.destination == .ready)
        #expect(again.attempted?.result == .expired)
        let last = Transition.expiring(policy, history: EffectHistory(spent: 1))
        #expect(last.attempted == nil)
        guard case .ended(.failed, nil, _?) = last.destination else {
            Issue.record("the last attempt should end it")
            return
        }
    }

    @Test func `failed and expired runs are spent, and no others`() {
        #expect(Attempt.Result.allCases.filter(\.isSpent) == [.failed, .expired])
    }
}
