import Testing

@testable import EnsuePostgres

@Suite struct WakingTests {
    /// A worker in a phase, and when it is.
    private static func worker(in phase: Phase) -> (Waking, Duration) {
        var waking = Waking(at: .zero)
        let now = Waking.patience
        switch phase {
        case .dozing: return (waking, .zero)
        case .arming: return (waking, now)
        case .confirming: waking.armed(horizon: 100, at: now)
        case .asleep:
            waking.armed(horizon: 100, at: now)
            waking.confirmedInVain(oldest: 100, at: now)
        case .unheard: waking.cannotArm()
        }
        return (waking, now)
    }

    enum Phase: CaseIterable { case dozing, arming, confirming, asleep, unheard }

    @Test func `a worker without work dozes for 1, 2, 4 and again 4 milliseconds, until a quarter of a second is over`()
    {
        var waking = Waking(at: .seconds(10))
        var now = Duration.seconds(10)
        var spans: [Duration] = []
        while case .look(let span) = waking.next(at: now) {
            spans.append(span)
            now += span
            waking.lookedInVain()
        }
        #expect(Array(spans.prefix(5)) == [1, 2, 4, 4, 4].map(Duration.milliseconds))
        #expect(spans.dropFirst(2).allSatisfy { $0 == .milliseconds(4) })
        #expect(now - .seconds(10) >= .milliseconds(250) && now - .seconds(10) < .milliseconds(254))
        #expect(waking.next(at: now) == .arm)
        #expect(waking.next(at: now) == .arm, "until it is done")
    }

    @Test func `once armed it looks every 50 ms until every older transaction is over`() {
        var (waking, now) = Self.worker(in: .confirming)
        #expect(waking.isArmed)
        for oldest in [7, 98, 99] as [Int64] {
            #expect(waking.next(at: now) == .confirm(after: .milliseconds(50)))
            now += .milliseconds(50)
            waking.confirmedInVain(oldest: oldest, at: now)
        }
        #expect(waking.next(at: now) == .confirm(after: .milliseconds(50)))
        waking.confirmedInVain(oldest: 100, at: now)
        #expect(waking.next(at: now) == .sleep(atMost: .seconds(60)))
    }

    @Test func `it waits for others for 5 seconds at most, and sleeps lightly then`() {
        var (waking, now) = Self.worker(in: .confirming)
        let start = now
        while case .confirm(let span) = waking.next(at: now) {
            now += span
            waking.confirmedInVain(oldest: 99, at: now)
        }
        #expect(now - start == .seconds(5))
        #expect(waking.next(at: now) == .sleep(atMost: .seconds(1)), "somebody may not have seen the wish")
        waking.worked(at: now)
        waking.armed(horizon: 200, at: now)
        waking.confirmedInVain(oldest: 200, at: now)
        #expect(waking.next(at: now) == .sleep(atMost: .seconds(60)))
    }

    @Test func `whom nobody can notify looks every second`() {
        var (waking, now) = Self.worker(in: .asleep)
        waking.hasListener = false
        #expect(waking.next(at: now) == .sleep(atMost: .seconds(1)))
        (waking, now) = Self.worker(in: .unheard)
        #expect(waking.next(at: now) == .sleep(atMost: .seconds(1)))
        #expect(!waking.isArmed)
    }

    @Test(arguments: Phase.allCases)
    func `work wakes it, whatever it was about to do`(_ phase: Phase) {
        var (waking, now) = Self.worker(in: phase)
        let wasArmed = waking.isArmed
        waking.worked(at: now)
        #expect(waking.next(at: now) == .look(after: .milliseconds(1)))
        #expect(waking.isArmed == wasArmed, "the wish stands until it is taken back")
        waking.disarmed()
        #expect(!waking.isArmed)
        #expect(waking.next(at: now + Waking.patience) == .arm)
    }

    @Test(arguments: Phase.allCases.filter { $0 != .dozing })
    func `a doze that was overtaken changes nothing`(_ phase: Phase) {
        var (waking, now) = Self.worker(in: phase)
        let step = waking.next(at: now)
        waking.lookedInVain()
        #expect(waking.next(at: now) == step)
    }

    @Test(arguments: Phase.allCases.filter { $0 != .confirming })
    func `a confirming look that was overtaken changes nothing`(_ phase: Phase) {
        var (waking, now) = Self.worker(in: phase)
        let step = waking.next(at: now)
        waking.confirmedInVain(oldest: .max, at: now)
        #expect(waking.next(at: now) == step)
    }
}
