import EnsueTesting
import Testing

@testable import Ensue

@Suite struct PulseTests {
    private let clock = ManualClock()
    private let pulse: Pulse

    init() { pulse = Pulse(lease: .seconds(15), clock: clock) }

    private func beat(after span: Duration) {
        clock.advance(by: span)
        pulse.confirm(sentAt: clock.uptime())
    }

    @Test func `nothing starts before the first confirmed beat`() {
        #expect(!pulse.mayStart)
        #expect(!pulse.mayRescue)
    }

    @Test func `nothing starts once two thirds of a lease have passed without a beat`() {
        beat(after: .zero)
        #expect(pulse.mayStart)
        clock.advance(by: .milliseconds(9999))
        #expect(pulse.mayStart)
        clock.advance(by: .milliseconds(1))
        #expect(!pulse.mayStart)
        beat(after: .seconds(1))
        #expect(pulse.mayStart)
    }

    @Test func `a beat counts from when it was sent, not from when it was answered`() {
        let sentAt = clock.uptime()
        clock.advance(by: .seconds(9))
        pulse.confirm(sentAt: sentAt)
        #expect(pulse.mayStart)
        clock.advance(by: .seconds(1))
        #expect(!pulse.mayStart)
    }

    @Test func `who has been steady for nearly a lease may rescue`() {
        beat(after: .zero)
        for _ in 1...2 { beat(after: .seconds(5)) }
        #expect(!pulse.mayRescue)
        clock.advance(by: .milliseconds(3500))
        #expect(pulse.mayRescue)
    }

    @Test func `who missed beats itself must not judge others until it has been steady again`() {
        beat(after: .zero)
        for _ in 1...4 { beat(after: .seconds(5)) }
        #expect(pulse.mayRescue)
        beat(after: .seconds(11))
        #expect(pulse.mayStart)
        #expect(!pulse.mayRescue)
        for _ in 1...3 { beat(after: .seconds(5)) }
        #expect(pulse.mayRescue)
    }

    @Test func `who is late right now does not rescue`() {
        beat(after: .zero)
        for _ in 1...4 { beat(after: .seconds(5)) }
        clock.advance(by: .seconds(10))
        #expect(!pulse.mayRescue)
    }
}
