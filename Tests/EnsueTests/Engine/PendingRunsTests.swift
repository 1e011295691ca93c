import EnsueTesting
import Testing

@testable import Ensue

@Suite struct PendingRunsTests {
    private static let linger = Duration.milliseconds(10)

    private static func run(_ id: Int64, lease: Int64 = 1, withWork: Bool = false) -> SettledRun {
        SettledRun(
            of: claimedEffect(id, lease: lease), startedAt: nil, transition: Transition(to: .ended(.completed)),
            work: withWork
                ? TransactionWork(storeID: "") { _ in TransactionResult(output: nil, events: [], requests: []) } : nil)
    }

    private static func ids(_ runs: [SettledRun]) -> [Int64] { runs.map(\.effect.rawValue) }

    /// Takes what may be taken at `now`.
    private static func take(
        _ pending: inout PendingRuns, atMost limit: Int = 100, works: Int = 8, at now: Duration
    ) -> [Int64] {
        ids(pending.take(atMost: limit, works: works, olderThan: now - linger))
    }

    @Test func `a lease of which a result must not wait is taken at once, before an older one that may`() {
        var pending = PendingRuns()
        _ = pending.add(Self.run(1, lease: 1), mayWait: true, at: .zero)
        _ = pending.add(Self.run(2, lease: 2), mayWait: true, at: .zero)
        let isNews = pending.add(Self.run(3, lease: 2), mayWait: false, at: .milliseconds(1))
        #expect(isNews)
        #expect(Self.take(&pending, at: .milliseconds(1)) == [2, 3])
        #expect(pending.oldest == .zero)
        #expect(Self.take(&pending, at: .milliseconds(9)) == [])
        #expect(Self.take(&pending, at: .milliseconds(10)) == [1])
        #expect(pending.oldest == nil)
    }

    @Test func `who waits is told of the first result and of those that must not wait, and of nothing else`() {
        var pending = PendingRuns()
        let news = [(1, 1, true), (2, 1, true), (3, 2, true), (4, 2, false), (5, 1, false)].map {
            pending.add(Self.run($0.0, lease: $0.1), mayWait: $0.2, at: .zero)
        }
        #expect(news == [true, false, false, true, true])
    }

    @Test func `results that come after the others of their lease were taken linger anew`() {
        var pending = PendingRuns()
        _ = pending.add(Self.run(1), mayWait: true, at: .zero)
        #expect(Self.take(&pending, at: .milliseconds(10)) == [1])
        _ = pending.add(Self.run(2), mayWait: true, at: .milliseconds(12))
        #expect(Self.take(&pending, at: .milliseconds(21)) == [])
        #expect(pending.oldest == .milliseconds(12))
        #expect(Self.take(&pending, at: .milliseconds(22)) == [2])
    }

    @Test func `leases are taken whole as long as they fit, and one that fits no batch by itself`() {
        var pending = PendingRuns()
        for id in 1...9 as ClosedRange<Int64> {
            _ = pending.add(Self.run(id, lease: (id + 2) / 3), mayWait: id % 3 != 0, at: .zero)
        }
        #expect(Self.take(&pending, atMost: 7, at: .zero) == [1, 2, 3, 4, 5, 6])
        #expect(Self.take(&pending, atMost: 2, at: .zero) == [7, 8, 9])
    }

    @Test func `a lease of more than two batches is divided`() {
        var pending = PendingRuns()
        for id in 1...5 as ClosedRange<Int64> { _ = pending.add(Self.run(id), mayWait: id != 5, at: .zero) }
        #expect(Self.take(&pending, atMost: 2, at: .zero) == [1, 2, 3, 4])
        #expect(Self.take(&pending, atMost: 2, at: .zero) == [5])
    }

    @Test func `few writes of handlers' own are taken at once, and what stays behind keeps its order`() {
        var pending = PendingRuns()
        for id in 1...5 as ClosedRange<Int64> {
            _ = pending.add(Self.run(id, lease: 1, withWork: id != 2), mayWait: id != 5, at: .zero)
        }
        _ = pending.add(Self.run(6, lease: 2, withWork: true), mayWait: false, at: .zero)
        #expect(Self.take(&pending, works: 2, at: .zero) == [1, 2, 3])
        #expect(Self.take(&pending, works: 2, at: .zero) == [4, 5])
        #expect(Self.take(&pending, works: 2, at: .zero) == [6])
    }

    /// What the property knows of a lease: its results that wait, and since when.
    private struct Expected {
        var ids: [Int64] = []
        var since = Duration.zero
        var isDue = false
    }

    @Test(arguments: PropertySeed.seeds(rounds: 100))
    func `everything comes out once, in the order of its lease, within the limits, and not too early`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var pending = PendingRuns()
        var expected: [Int64: Expected] = [:]
        var works: Set<Int64> = []
        var now = Duration.seconds(1)
        for id in 1...400 as ClosedRange<Int64> {
            now += .milliseconds(Int.random(in: 0...3, using: &random))
            let lease = Int64.random(in: 1...12, using: &random)
            let (isLast, withWork) = (Int.random(in: 0..<8, using: &random) == 0, Bool.random(using: &random))
            if withWork { works.insert(id) }
            _ = pending.add(Self.run(id, lease: lease, withWork: withWork), mayWait: !isLast, at: now)
            var group = expected[lease] ?? Expected(since: now)
            group.ids.append(id)
            group.isDue = group.isDue || isLast
            expected[lease] = group
            if Int.random(in: 0..<4, using: &random) == 0 {
                Self.check(&pending, &expected, works, at: now, using: &random, "ENSUE_SEED=\(seed), effect \(id)")
            }
        }
        now += Self.linger
        var rounds = 0
        while pending.oldest != nil, rounds < 1000 {
            Self.check(&pending, &expected, works, at: now, using: &random, "ENSUE_SEED=\(seed), the end")
            rounds += 1
        }
        #expect(expected.isEmpty, "ENSUE_SEED=\(seed)")
    }

    private static func check(
        _ pending: inout PendingRuns, _ expected: inout [Int64: Expected], _ works: Set<Int64>, at now: Duration,
        using random: inout SeededGenerator, _ context: Comment
    ) {
        let (limit, worksLimit) = (Int.random(in: 1...20, using: &random), Int.random(in: 1...8, using: &random))
        #expect(pending.oldest == expected.values.map(\.since).min(), context)
        let taken = pending.take(atMost: limit, works: worksLimit, olderThan: now - linger)
        let ripe = expected.filter { $0.value.isDue || $0.value.since <= now - linger }
        #expect(taken.isEmpty == ripe.isEmpty, context)
        #expect(taken.count <= 2 * limit, context)
        #expect(taken.count { works.contains($0.effect.rawValue) } <= worksLimit, context)
        for (lease, runs) in Dictionary(grouping: taken, by: \.lease.rawValue) {
            #expect(ripe[lease] != nil, context)
            #expect(expected[lease]?.ids.starts(with: ids(runs)) == true, context)
            expected[lease]?.ids.removeFirst(runs.count)
            if expected[lease]?.ids.isEmpty == true { expected[lease] = nil }
        }
    }
}
