internal import DequeModule

/// Which claimed effects wait, run and are yet to be settled, and how many more are wanted. Pure state: no clock, no
/// store, no tasks.
struct RunQueue {
    /// How much work for a kind is fetched ahead of its free slots, as time: what a kind does in this time at its
    /// measured speed. Bounds how long a fetched effect waits for its start.
    static let prefetchSeconds = 0.1
    static let prefetchLimit = 2000
    /// Claiming stops while so many runs wait to be settled.
    static let unsettledLimit = 8000

    private struct Lane {
        let kind: EffectKind
        let policy: HandlerPolicy
        var waiting = Deque<ClaimedEffect>()
        var running = 0
        /// Mean seconds a run takes, newer runs weighing more; nil before the first.
        var seconds: Double?
        /// The store had no more of the kind when it was last asked.
        var isExhausted = false
        /// Since the last look at it, a run was started or there was nothing to start.
        var hasMoved = true

        var prefetch: Int {
            guard policy.onWorkerLoss == .retry, let seconds else { return 0 }
            let perSecond = Double(policy.concurrency) / max(seconds, 1e-6)
            return min(prefetchLimit, Int(perSecond * prefetchSeconds))
        }

        /// Counts runs as so long that none is fetched ahead, until some have been measured again.
        mutating func slowDown() {
            seconds = max(seconds ?? 0, 2 * RunQueue.prefetchSeconds * Double(policy.concurrency))
        }

        var wanted: Int {
            guard !isExhausted else { return 0 }
            let free = policy.concurrency - running - waiting.count
            if waiting.isEmpty, free > 0 { return free + prefetch }
            guard waiting.count <= prefetch * 3 / 4 else { return 0 }
            return max(0, policy.concurrency - running) + prefetch - waiting.count
        }
    }

    private struct Lease {
        /// Effects that are not settled yet.
        var unsettled = 0
        /// Effects whose runs are not over yet.
        var underway = 0
    }

    private var lanes: [Lane]
    private let indices: [EffectKind: Int]
    private var held: [LeaseID: Lease] = [:]
    private(set) var unsettled = 0
    private var changes = 0
    private(set) var isStopped = false

    init(_ policies: [EffectKind: HandlerPolicy]) {
        let kinds = policies.sorted { $0.key < $1.key }
        lanes = kinds.map { kind, policy in
            var policy = policy
            policy.concurrency = max(1, policy.concurrency)
            return Lane(kind: kind, policy: policy)
        }
        indices = Dictionary(uniqueKeysWithValues: kinds.enumerated().map { ($1.key, $0) })
    }

    /// Whether so much is unsettled that nothing more is claimed.
    var isFull: Bool { unsettled >= Self.unsettledLimit }
    /// How many effects of each lease are not settled yet.
    var leases: [LeaseID: Int] { held.mapValues(\.unsettled) }
    var running: Int { lanes.reduce(0) { $0 + $1.running } }

    /// What to claim now; empty when nothing is wanted.
    var quotas: [Claim.Quota] {
        guard !isStopped, !isFull else { return [] }
        return lanes.compactMap { $0.wanted > 0 ? Claim.Quota(kind: $0.kind, limit: $0.wanted) : nil }
    }

    /// The store may have more of every kind.
    mutating func refill() {
        changes += 1
        for lane in lanes.indices { lanes[lane].isExhausted = false }
    }

    /// Marks the point before a claim, for ``accept(_:of:since:)``.
    var mark: Int { changes }

    /// Takes in what a claim brought.
    mutating func accept(_ claimed: [ClaimedEffect], of quotas: [Claim.Quota], since mark: Int) {
        var counts = Array(repeating: 0, count: lanes.count)
        // Effects of a kind, and those of a lease, come one after the other.
        for stretch in claimed.chunked(by: { $0.kind == $1.kind && $0.lease == $1.lease }) {
            guard let first = stretch.first, let lane = indices[first.kind] else { continue }
            if lanes[lane].waiting.isEmpty { lanes[lane].hasMoved = true }
            lanes[lane].waiting.append(contentsOf: stretch)
            held[first.lease, default: Lease()].unsettled += stretch.count
            held[first.lease]?.underway += stretch.count
            counts[lane] += stretch.count
        }
        guard mark == changes else { return }
        for quota in quotas {
            if let lane = indices[quota.kind], counts[lane] < quota.limit { lanes[lane].isExhausted = true }
        }
    }

    /// Opens as many slots as there is work and room for; each is the number of the lane whose effects it takes.
    mutating func openSlots() -> [Int] {
        var opened: [Int] = []
        for lane in lanes.indices {
            let count = min(lanes[lane].waiting.count, lanes[lane].policy.concurrency - lanes[lane].running)
            lanes[lane].running += count
            opened.append(contentsOf: repeatElement(lane, count: count))
        }
        return opened
    }

    /// The next effect for an open slot of a lane. Nil closes the slot.
    mutating func next(_ lane: Int, mayStart: Bool) -> ClaimedEffect? {
        guard mayStart, let effect = lanes[lane].waiting.popFirst() else {
            lanes[lane].running -= 1
            return nil
        }
        lanes[lane].hasMoved = true
        return effect
    }

    /// Notes that a run of a lease is over. Returns whether it was the last of its lease.
    mutating func finished(_ lease: LeaseID) -> Bool {
        guard let index = held.index(forKey: lease), held.values[index].underway > 0 else { return false }
        held.values[index].underway -= 1
        return held.values[index].underway == 0
    }

    /// Notes a run's length, when its result is handed to the settler. Returns whether more of the kind is wanted.
    mutating func finished(_ lane: Int, seconds: Double) -> Bool {
        unsettled += 1
        lanes[lane].seconds = lanes[lane].seconds.map { $0 * 0.9 + seconds * 0.1 } ?? seconds
        // The slot that asks is about to be free.
        return !isStopped
            && (lanes[lane].wanted > 0 || (lanes[lane].waiting.isEmpty && !lanes[lane].isExhausted))
    }

    /// Notes the end of a run that had been settled without waiting for it.
    mutating func finishedLate(_ lease: LeaseID) {
        unsettled += 1
        held[lease, default: Lease()].unsettled += 1
    }

    mutating func settled(_ lease: LeaseID, count: Int = 1) {
        unsettled -= count
        forget(lease, count: count)
    }

    /// Drops what waits under leases that are no longer ours.
    mutating func drop(_ lost: Set<LeaseID>) {
        for lane in lanes.indices {
            for effect in take(lane, where: { lost.contains($0.lease) }) {
                _ = finished(effect.lease)
                forget(effect.lease)
            }
        }
    }

    /// Takes out those of `effects` that have not been started; they are yet to be settled.
    mutating func withdraw(_ effects: Set<EffectID>) -> [ClaimedEffect] {
        guard !effects.isEmpty else { return [] }
        let withdrawn = lanes.indices.flatMap { take($0) { effects.contains($0.id) } }
        unsettled += withdrawn.count
        for effect in withdrawn { _ = finished(effect.lease) }
        return withdrawn
    }

    /// Returns what was fetched ahead in lanes that have not moved since this was last asked, to be given back: their
    /// runs take longer than they used to, and others may have free slots.
    mutating func stalled() -> [LeaseID: [EffectID]] {
        var unused: [LeaseID: [EffectID]] = [:]
        for lane in lanes.indices {
            if !lanes[lane].hasMoved, !lanes[lane].waiting.isEmpty {
                empty(lane, into: &unused)
                lanes[lane].slowDown()
            }
            lanes[lane].hasMoved = lanes[lane].waiting.isEmpty
        }
        return unused
    }

    /// Starts nothing more. Returns what waited, to be given back.
    mutating func stop() -> [LeaseID: [EffectID]] {
        isStopped = true
        var unused: [LeaseID: [EffectID]] = [:]
        for lane in lanes.indices { empty(lane, into: &unused) }
        return unused
    }

    private mutating func empty(_ lane: Int, into unused: inout [LeaseID: [EffectID]]) {
        for effect in take(lane, where: { _ in true }) {
            unused[effect.lease, default: []].append(effect.id)
            _ = finished(effect.lease)
            forget(effect.lease)
        }
    }

    private mutating func take(_ lane: Int, where chosen: (ClaimedEffect) -> Bool) -> [ClaimedEffect] {
        let taken = lanes[lane].waiting.filter(chosen)
        guard !taken.isEmpty else { return [] }
        lanes[lane].waiting.removeAll(where: chosen)
        return Array(taken)
    }

    private mutating func forget(_ lease: LeaseID, count: Int = 1) {
        guard let index = held.index(forKey: lease) else { return }
        held.values[index].unsettled -= count
        if held.values[index].unsettled <= 0 { held.remove(at: index) }
    }
}
