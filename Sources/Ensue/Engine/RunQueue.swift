internal import DequeModule

/// Which claimed effects wait, run and are yet to be settled, and how many more are wanted. Pure state: no clock, no
/// store, no tasks.
struct RunQueue {
    /// How much work for a kind is fetched ahead of its free slots, as time: what a kind does in this time at its
    /// measured speed. Bounds how long a fetched effect waits for its start.
    static let prefetchSeconds = 0.1
    static let prefetchLimit = 1000
    /// Claiming stops while so many runs wait to be settled.
    static let unsettledLimit = 8000

    private struct Lane {
        let policy: HandlerPolicy
        var waiting = Deque<ClaimedEffect>()
        var running = 0
        /// Mean seconds a run takes, newer runs weighing more; nil before the first.
        var seconds: Double?
        /// The store had no more of the kind when it was last asked.
        var isExhausted = false

        var prefetch: Int {
            guard policy.onWorkerLoss == .retry, let seconds else { return 0 }
            let perSecond = Double(policy.concurrency) / max(seconds, 1e-6)
            return min(prefetchLimit, Int(perSecond * prefetchSeconds))
        }

        var wanted: Int {
            guard !isExhausted else { return 0 }
            let free = policy.concurrency - running - waiting.count
            if waiting.isEmpty, free > 0 { return free + prefetch }
            return waiting.count <= prefetch / 2 ? max(0, policy.concurrency - running) + prefetch - waiting.count : 0
        }
    }

    private var lanes: [EffectKind: Lane]
    /// Effects of each lease that are not settled yet.
    private(set) var leases: [LeaseID: Int] = [:]
    private(set) var unsettled = 0
    private var changes = 0
    private(set) var isStopped = false

    init(_ policies: [EffectKind: HandlerPolicy]) {
        lanes = policies.mapValues { Lane(policy: $0) }
    }

    /// Whether so much is unsettled that nothing more is claimed.
    var isFull: Bool { unsettled >= Self.unsettledLimit }
    var running: Int { lanes.values.reduce(0) { $0 + $1.running } }

    /// What to claim now; empty when nothing is wanted.
    var quotas: [Claim.Quota] {
        guard !isStopped, !isFull else { return [] }
        return lanes.compactMap { kind, lane in
            lane.wanted > 0 ? Claim.Quota(kind: kind, limit: lane.wanted) : nil
        }
    }

    /// The store may have more of every kind.
    mutating func refill() {
        changes += 1
        for kind in lanes.keys { lanes[kind]?.isExhausted = false }
    }

    /// Marks the point before a claim, for ``accept(_:of:since:)``.
    var mark: Int { changes }

    /// Takes in what a claim brought.
    mutating func accept(_ claimed: [ClaimedEffect], of quotas: [Claim.Quota], since mark: Int) {
        var counts: [EffectKind: Int] = [:]
        for effect in claimed {
            lanes[effect.kind]?.waiting.append(effect)
            leases[effect.lease, default: 0] += 1
            counts[effect.kind, default: 0] += 1
        }
        guard mark == changes else { return }
        for quota in quotas where counts[quota.kind, default: 0] < quota.limit {
            lanes[quota.kind]?.isExhausted = true
        }
    }

    /// Opens as many slots as there is work and room for; each is a kind whose effects it takes.
    mutating func openSlots() -> [EffectKind] {
        var opened: [EffectKind] = []
        for (kind, lane) in lanes where !lane.waiting.isEmpty {
            let count = min(lane.waiting.count, lane.policy.concurrency - lane.running)
            lanes[kind]?.running += count
            opened.append(contentsOf: repeatElement(kind, count: count))
        }
        return opened
    }

    /// The next effect for an open slot of the kind. Nil closes the slot.
    mutating func next(_ kind: EffectKind, mayStart: Bool) -> ClaimedEffect? {
        guard mayStart, let effect = lanes[kind]?.waiting.popFirst() else {
            lanes[kind]?.running -= 1
            return nil
        }
        return effect
    }

    /// Notes a run's length, when its result is handed to the settler. Returns whether more of the kind is wanted.
    mutating func finished(_ kind: EffectKind, seconds: Double) -> Bool {
        unsettled += 1
        let mean = lanes[kind]?.seconds.map { $0 * 0.9 + seconds * 0.1 } ?? seconds
        lanes[kind]?.seconds = mean
        // The slot that asks is about to be free.
        return !isStopped && lanes[kind].map { $0.wanted > 0 || ($0.waiting.isEmpty && !$0.isExhausted) } == true
    }

    mutating func settled(_ lease: LeaseID) {
        unsettled -= 1
        forget(lease)
    }

    /// Drops what waits under leases that are no longer ours.
    mutating func drop(_ lost: Set<LeaseID>) {
        for kind in lanes.keys { _ = take(kind) { lost.contains($0.lease) } }
    }

    /// Starts nothing more. Returns what waited, to be given back.
    mutating func stop() -> [LeaseID: [EffectID]] {
        isStopped = true
        var unused: [LeaseID: [EffectID]] = [:]
        for kind in lanes.keys {
            for effect in take(kind, where: { _ in true }) { unused[effect.lease, default: []].append(effect.id) }
        }
        return unused
    }

    private mutating func take(_ kind: EffectKind, where chosen: (ClaimedEffect) -> Bool) -> [ClaimedEffect] {
        guard let waiting = lanes[kind]?.waiting else { return [] }
        let taken = waiting.filter(chosen)
        guard !taken.isEmpty else { return [] }
        lanes[kind]?.waiting = Deque(waiting.filter { !chosen($0) })
        for effect in taken { forget(effect.lease) }
        return Array(taken)
    }

    private mutating func forget(_ lease: LeaseID) {
        guard let count = leases[lease] else { return }
        leases[lease] = count > 1 ? count - 1 : nil
    }
}
