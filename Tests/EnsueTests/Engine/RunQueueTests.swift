import Testing

@testable import Ensue

@Suite struct RunQueueTests {
    private static let kind: EffectKind = "test"

    private static func queue(concurrency: Int = 4, onWorkerLoss: WorkerLoss = .retry) -> RunQueue {
        RunQueue([kind: HandlerPolicy(onWorkerLoss: onWorkerLoss, concurrency: concurrency)])
    }

    private static func effects(_ ids: ClosedRange<Int64>, lease: Int64 = 1) -> [ClaimedEffect] {
        ids.map { claimedEffect($0, kind: kind, lease: lease) }
    }

    /// Takes in what a claim for all that is wanted brought.
    private static func fill(_ queue: inout RunQueue, _ effects: [ClaimedEffect]) {
        queue.accept(effects, of: queue.quotas, since: queue.mark)
    }

    @Test func `an empty queue wants as many as may run at once`() {
        #expect(Self.queue().quotas == [Claim.Quota(kind: Self.kind, limit: 4)])
        let two = RunQueue(["b": HandlerPolicy(concurrency: 2), "a": HandlerPolicy(concurrency: 1)])
        #expect(two.quotas == [Claim.Quota(kind: "a", limit: 1), Claim.Quota(kind: "b", limit: 2)])
    }

    @Test func `no more slots open than may run at once`() {
        var queue = Self.queue(concurrency: 2)
        Self.fill(&queue, Self.effects(1...5))
        #expect(queue.openSlots() == [0, 0])
        #expect(queue.openSlots() == [])
        #expect(queue.running == 2)
    }

    @Test func `a slot takes effects in order, and closes when none waits`() {
        var queue = Self.queue(concurrency: 1)
        Self.fill(&queue, Self.effects(1...2))
        let slot = queue.openSlots()[0]
        #expect(queue.next(slot, mayStart: true)?.id.rawValue == 1)
        #expect(queue.next(slot, mayStart: true)?.id.rawValue == 2)
        #expect(queue.running == 1)
        #expect(queue.next(slot, mayStart: true) == nil)
        #expect(queue.running == 0)
    }

    @Test func `nothing starts while the worker may not start anything, and nothing is lost by that`() {
        var queue = Self.queue()
        Self.fill(&queue, Self.effects(1...1))
        let slot = queue.openSlots()[0]
        #expect(queue.next(slot, mayStart: false) == nil)
        #expect(queue.running == 0)
        #expect(queue.openSlots() == [slot])
        #expect(queue.next(slot, mayStart: true)?.id.rawValue == 1)
    }

    @Test func `a kind of which a claim brought too few is not asked for again until there is news`() {
        var queue = Self.queue(concurrency: 4)
        Self.fill(&queue, Self.effects(1...2))
        #expect(queue.quotas.isEmpty)
        queue.refill()
        #expect(queue.quotas.map(\.limit) == [])
        let slots = queue.openSlots()
        for slot in slots { _ = queue.next(slot, mayStart: true) }
        #expect(queue.quotas.map(\.limit) == [2])
    }

    @Test func `news that came while a claim was under way counts`() {
        var queue = Self.queue()
        let (quotas, mark) = (queue.quotas, queue.mark)
        queue.refill()
        queue.accept([], of: quotas, since: mark)
        #expect(!queue.quotas.isEmpty)
        queue.accept([], of: quotas, since: queue.mark)
        #expect(queue.quotas.isEmpty)
    }

    @Test func `a slow kind is not fetched ahead of its free slots`() {
        var queue = Self.queue(concurrency: 2)
        Self.fill(&queue, Self.effects(1...2))
        for slot in queue.openSlots() { _ = queue.next(slot, mayStart: true) }
        _ = queue.finished(0, seconds: 60)
        #expect(queue.quotas.isEmpty)
    }

    @Test func `a fast kind is fetched ahead, as much as it does in a tenth of a second`() {
        var queue = Self.queue(concurrency: 2)
        Self.fill(&queue, Self.effects(1...2))
        for slot in queue.openSlots() { _ = queue.next(slot, mayStart: true) }
        let wantsMore = queue.finished(0, seconds: 0.01)
        #expect(wantsMore)
        #expect(queue.quotas.map(\.limit) == [20])
        _ = queue.finished(0, seconds: 0)
        #expect((queue.quotas.first?.limit ?? 0) <= 2 + RunQueue.prefetchLimit)
    }

    @Test func `what must not be repeated blindly is claimed only into free slots`() {
        var queue = Self.queue(concurrency: 2, onWorkerLoss: .hold)
        Self.fill(&queue, Self.effects(1...2))
        for slot in queue.openSlots() { _ = queue.next(slot, mayStart: true) }
        _ = queue.finished(0, seconds: 0.000_001)
        #expect(queue.quotas.isEmpty)
    }

    @Test func `claiming stops while too much is unsettled`() {
        var queue = Self.queue()
        for _ in 0..<RunQueue.unsettledLimit { _ = queue.finished(0, seconds: 1) }
        #expect(queue.isFull)
        #expect(queue.quotas.isEmpty)
        queue.settled(LeaseID(rawValue: 1))
        #expect(!queue.isFull)
        #expect(!queue.quotas.isEmpty)
    }
}
