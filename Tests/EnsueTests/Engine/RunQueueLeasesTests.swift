import EnsueTesting
import Testing

@testable import Ensue

@Suite struct RunQueueLeasesTests {
    private static let kinds: [EffectKind: HandlerPolicy] = ["a": .standard, "b": .standard]

    private static func filled() -> RunQueue {
        var queue = RunQueue(kinds)
        let effects = [
            claimedEffect(1, kind: "a", lease: 1), claimedEffect(2, kind: "b", lease: 1),
            claimedEffect(3, kind: "a", lease: 2), claimedEffect(4, kind: "b", lease: 3),
        ]
        queue.accept(effects, of: queue.quotas, since: queue.mark)
        return queue
    }

    private static func ids(_ leases: [LeaseID: Int]) -> [Int64: Int] {
        Dictionary(uniqueKeysWithValues: leases.map { ($0.key.rawValue, $0.value) })
    }

    @Test func `a lease is held until all of its effects are settled`() {
        var queue = Self.filled()
        #expect(Self.ids(queue.leases) == [1: 2, 2: 1, 3: 1])
        _ = queue.finished(0, seconds: 1)
        queue.settled(LeaseID(rawValue: 1))
        #expect(Self.ids(queue.leases) == [1: 1, 2: 1, 3: 1])
        _ = queue.finished(1, seconds: 1)
        queue.settled(LeaseID(rawValue: 1))
        #expect(Self.ids(queue.leases) == [2: 1, 3: 1])
        #expect(queue.unsettled == 0)
    }

    @Test func `what waits under a lost lease is dropped, what runs is not`() {
        var queue = Self.filled()
        let slot = queue.openSlots()[0]
        #expect(queue.next(slot, mayStart: true)?.id.rawValue == 1)
        queue.drop([LeaseID(rawValue: 1), LeaseID(rawValue: 3)])
        #expect(Self.ids(queue.leases) == [1: 1, 2: 1])
        #expect(queue.next(slot, mayStart: true)?.id.rawValue == 3)
        #expect(queue.next(1, mayStart: true) == nil)
    }

    @Test func `a stopped queue starts nothing, wants nothing, and says what to give back`() {
        var queue = Self.filled()
        let slot = queue.openSlots()[0]
        #expect(queue.next(slot, mayStart: true)?.id.rawValue == 1)
        let unused = queue.stop()
        #expect(
            unused.mapValues { Set($0.map(\.rawValue)) }.sorted { $0.key < $1.key }.map(\.value) == [[2], [3], [4]])
        #expect(Self.ids(queue.leases) == [1: 1])
        #expect(queue.quotas.isEmpty)
        #expect(queue.next(slot, mayStart: true) == nil)
        let wantsMore = queue.finished(0, seconds: 1)
        #expect(!wantsMore)
        queue.refill()
        #expect(queue.quotas.isEmpty)
    }

    @Test func `an effect of an unknown kind is not counted`() {
        var queue = RunQueue(Self.kinds)
        queue.accept([claimedEffect(1, kind: "c", lease: 9)], of: [], since: queue.mark)
        #expect(queue.leases.isEmpty)
        #expect(queue.openSlots().isEmpty)
    }

    @Test func `what is withdrawn before its start is yet to be settled, and what runs is not withdrawn`() {
        var queue = Self.filled()
        #expect(queue.next(queue.openSlots()[0], mayStart: true)?.id.rawValue == 1)
        #expect(queue.withdraw([EffectID(rawValue: 1), EffectID(rawValue: 2)]).map(\.id.rawValue) == [2])
        #expect(queue.unsettled == 1)
        #expect(Self.ids(queue.leases) == [1: 2, 2: 1, 3: 1])
        queue.settled(LeaseID(rawValue: 1))
        #expect(queue.unsettled == 0)
        #expect(Self.ids(queue.leases) == [1: 1, 2: 1, 3: 1])
        #expect(queue.withdraw([]).isEmpty)
    }

    @Test func `what was fetched ahead and does not start while others could is given back`() {
        var queue = RunQueue(["a": HandlerPolicy(concurrency: 1)])
        queue.accept([claimedEffect(1, kind: "a")], of: queue.quotas, since: queue.mark)
        #expect(queue.next(queue.openSlots()[0], mayStart: true) != nil)
        queue.accept([claimedEffect(2, kind: "a", lease: 2)], of: [], since: queue.mark)
        #expect(queue.stalled().isEmpty, "it has only just come")
        #expect(queue.stalled() == [LeaseID(rawValue: 2): [EffectID(rawValue: 2)]])
        #expect(Self.ids(queue.leases) == [1: 1])
        #expect(queue.stalled().isEmpty)
    }

    @Test func `a lane that moves is not stalled`() {
        var queue = RunQueue(["a": HandlerPolicy(concurrency: 1)])
        queue.accept((1...4).map { claimedEffect($0, kind: "a") }, of: queue.quotas, since: queue.mark)
        let slot = queue.openSlots()[0]
        for _ in 1...3 {
            #expect(queue.next(slot, mayStart: true) != nil)
            #expect(queue.stalled().isEmpty)
        }
    }

    @Test func `a run that ends late holds its lease until its late result is dealt with`() {
        var queue = RunQueue(Self.kinds)
        queue.finishedLate(LeaseID(rawValue: 5))
        #expect(queue.unsettled == 1)
        #expect(Self.ids(queue.leases) == [5: 1])
        queue.settled(LeaseID(rawValue: 5))
        #expect(queue.unsettled == 0)
        #expect(queue.leases.isEmpty)
    }

    @Test func `the last run of a lease is known as such, whatever is settled meanwhile`() {
        var queue = Self.filled()
        let first = queue.finished(LeaseID(rawValue: 1))
        queue.settled(LeaseID(rawValue: 1))
        let second = queue.finished(LeaseID(rawValue: 1))
        #expect([first, second] == [false, true])
        let other = queue.finished(LeaseID(rawValue: 2))
        #expect(other)
        let (again, unknown) = (queue.finished(LeaseID(rawValue: 2)), queue.finished(LeaseID(rawValue: 9)))
        #expect([again, unknown] == [false, false])
    }

    @Test func `what will not run is not waited for`() {
        var queue = Self.filled()
        #expect(queue.next(queue.openSlots()[0], mayStart: true)?.id.rawValue == 1)
        _ = queue.withdraw([EffectID(rawValue: 2)])
        let isLast = queue.finished(LeaseID(rawValue: 1))
        #expect(isLast)
        var stopped = Self.filled()
        #expect(stopped.next(stopped.openSlots()[0], mayStart: true)?.id.rawValue == 1)
        _ = stopped.stop()
        let isLastAfterStop = stopped.finished(LeaseID(rawValue: 1))
        #expect(isLastAfterStop)
    }

    @Test(arguments: PropertySeed.seeds(rounds: 100))
    func `of the runs of a lease one at most is its last, and none is under way after it`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = RunQueue(Self.kinds)
        let leases = (1...60).map { _ in Int64.random(in: 1...8, using: &random) }
        let effects = leases.enumerated().map { index, lease in
            claimedEffect(Int64(index + 1), kind: index % 2 == 0 ? "a" : "b", lease: lease)
        }
        queue.accept(effects, of: queue.quotas, since: queue.mark)
        var running = queue.openSlots().compactMap { queue.next($0, mayStart: Bool.random(using: &random)) }
        let waiting = Set(effects.map(\.id)).subtracting(running.map(\.id))
        let withdrawn = waiting.filter { _ in Bool.random(using: &random) }
        _ = queue.withdraw(withdrawn)
        let lost = Set((1...8).filter { _ in Int.random(in: 0..<4, using: &random) == 0 }.map(LeaseID.init(rawValue:)))
        queue.drop(lost)
        let stays = Set(
            effects.filter { waiting.contains($0.id) && !withdrawn.contains($0.id) && !lost.contains($0.lease) }.map(
                \.lease))
        running.shuffle(using: &random)
        while let run = running.popLast() {
            let isLast = queue.finished(run.lease)
            let others = running.contains { $0.lease == run.lease } || stays.contains(run.lease)
            #expect(isLast == !others, "ENSUE_SEED=\(seed)")
            _ = queue.finished(0, seconds: 0.01)
            if Bool.random(using: &random) { queue.settled(run.lease) }
        }
    }
}
