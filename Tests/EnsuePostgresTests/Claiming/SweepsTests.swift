import Testing

@testable import EnsuePostgres

@Suite struct SweepsTests {
    private static let group = ReadyGroup(kind: 1, account: 1, priority: 2)
    private static let dear = Duration.milliseconds(50)

    /// A state that remembers only scans that cost so much, the last at `now`.
    private static func sweeps(costing cost: Duration, at now: Duration) -> Sweeps {
        var sweeps = Sweeps()
        for _ in 1...4 { sweeps.done(cost: cost, at: now) }
        return sweeps
    }

    // MARK: Sweeps

    @Test func `the whole queue is looked through each time while that is cheap`() {
        #expect(Sweeps().isDue(at: .zero))
        #expect(Self.sweeps(costing: Sweeps.cheap, at: .seconds(9)).isDue(at: .seconds(9)))
    }

    @Test func `looking through a dear queue takes at most a twentieth of the time`() {
        var sweeps = Self.sweeps(costing: Self.dear, at: .zero)
        var now = Duration.zero
        var spent = Duration.zero
        while now < .seconds(100) {
            if sweeps.isDue(at: now) {
                now += Self.dear
                spent += Self.dear
                sweeps.done(cost: Self.dear, at: now)
            }
            now += .milliseconds(1)
        }
        #expect(spent <= now / 20)
        #expect(spent >= now / 25, "and no less than it may")
    }

    @Test func `a scan that had to wait for the processor makes no queue dear, and one that did not makes it cheap`() {
        var sweeps = Sweeps()
        for _ in 1...3 { sweeps.done(cost: .seconds(1), at: .zero) }
        #expect(sweeps.isDue(at: .zero))
        sweeps.done(cost: .seconds(1), at: .zero)
        #expect(!sweeps.isDue(at: .zero))
        sweeps.done(cost: .microseconds(100), at: .zero)
        #expect(sweeps.isDue(at: .zero))
    }

    // MARK: ScanMark

    @Test func `a scan of a cheap queue begins at its beginning`() {
        let mark = ScanMark()
        #expect(mark.start(at: .zero) == 0)
        mark.scanned(from: 0, cost: .microseconds(100), upTo: 70, at: .zero)
        #expect(mark.start(at: .zero) == 0)
    }

    @Test func `a scan of a dear queue begins behind what was taken last`() {
        let mark = ScanMark()
        for _ in 1...4 { mark.scanned(from: 0, cost: Self.dear, upTo: 70, at: .zero) }
        #expect(mark.start(at: .zero) == 71)
        mark.scanned(from: 71, cost: .zero, upTo: 90, at: .zero)
        #expect(mark.start(at: .zero) == 91)
        mark.scanned(from: 91, cost: .zero, upTo: nil, at: .zero)
        #expect(mark.start(at: .zero) == 91, "nothing was found")
        #expect(mark.start(at: Self.dear * 20) == 0, "now and then from the beginning")
        mark.scanned(from: 0, cost: Self.dear, upTo: 5, at: Self.dear * 20)
        #expect(mark.start(at: Self.dear * 20) == 6, "what was late is before the mark")
    }

    // MARK: ClaimState

    @Test func `groups are known once a dear queue has been looked through, each with its mark`() {
        let state = ClaimState()
        #expect(state.groups(of: [1], at: .zero) == nil)
        for _ in 1...4 { state.swept([1], found: [Self.group: 10], cost: Self.dear, at: .zero) }
        #expect(state.groups(of: [1], at: .zero) == [Self.group: 10])
        state.taken(upTo: [Self.group: 25])
        #expect(state.groups(of: [1], at: .zero) == [Self.group: 26])
        #expect(state.groups(of: [1], at: Self.dear * 20) == nil)
        state.swept([1], found: [Self.group: 12], cost: Self.dear, at: Self.dear * 20)
        #expect(state.groups(of: [1], at: Self.dear * 20) == [Self.group: 12], "something came back")
    }

    @Test func `what is known of some kinds says nothing of others`() {
        let state = ClaimState()
        for _ in 1...4 { state.swept([1], found: [Self.group: 10], cost: Self.dear, at: .zero) }
        #expect(state.groups(of: [2], at: .zero) == nil)
        #expect(state.groups(of: [1, 2], at: .zero) == nil)
        for _ in 1...4 { state.swept([2], found: [:], cost: Self.dear, at: .zero) }
        #expect(state.groups(of: [2], at: .zero) == [:])
    }

    @Test func `more groups than anybody should have are forgotten, and not kept for ever`() {
        let state = ClaimState()
        for account in 1...10_001 as ClosedRange<Int64> {
            state.taken(upTo: [ReadyGroup(kind: 1, account: account, priority: 2): 5])
        }
        for _ in 1...4 { state.swept([1], found: [Self.group: 10], cost: Self.dear, at: .zero) }
        #expect(state.groups(of: [1], at: .zero) == [Self.group: 10])
    }

    @Test func `turns are remembered kind by kind`() {
        let state = ClaimState()
        state.served([1: 7])
        state.served([2: 3])
        state.served([1: 9])
        #expect(state.turns == [1: 9, 2: 3])
    }
}
