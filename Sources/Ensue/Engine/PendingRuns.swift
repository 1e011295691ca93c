internal import DequeModule

/// Results that wait to be settled, lease by lease. Pure state.
struct PendingRuns {
    private struct Group {
        var runs: Deque<SettledRun>
        /// When the oldest of them came.
        var since: Duration
        /// None of them waits for others: the lease is whole, or somebody wants to see the result.
        var isDue: Bool
    }

    private var groups: [LeaseID: Group] = [:]
    /// Leases in the order in which their first results came.
    private var order: Deque<LeaseID> = []

    /// When the oldest result came; nil if none waits.
    var oldest: Duration? { order.first.flatMap { groups[$0]?.since } }

    /// Returns whether somebody who waits should look: a lease is due, or this is the first that waits.
    mutating func add(_ run: SettledRun, mayWait: Bool, at now: Duration) -> Bool {
        let isFirst = order.isEmpty
        if let index = groups.index(forKey: run.lease) {
            groups.values[index].runs.append(run)
            if !mayWait { groups.values[index].isDue = true }
        } else {
            groups[run.lease] = Group(runs: [run], since: now, isDue: !mayWait)
            order.append(run.lease)
        }
        return isFirst || !mayWait
    }

    /// Takes out leases that are due or whose oldest result came at `time` or before: as many as make `limit` runs,
    /// and at least one. No more than `works` of the runs bring writes of their own.
    mutating func take(atMost limit: Int, works: Int, olderThan time: Duration) -> [SettledRun] {
        var taken: [SettledRun] = []
        var worksLeft = works
        var left: Deque<LeaseID> = []
        while let lease = order.popFirst() {
            guard let group = groups[lease], group.isDue || group.since <= time,
                taken.isEmpty || taken.count + group.runs.count <= limit
            else {
                left.append(lease)
                continue
            }
            groups[lease]?.runs = []
            for (index, run) in group.runs.enumerated() {
                if run.work != nil { worksLeft -= 1 }
                if worksLeft < 0 || taken.count >= 2 * limit {
                    groups[lease]?.runs = Deque(group.runs.dropFirst(index))
                    break
                }
                taken.append(run)
            }
            if groups[lease]?.runs.isEmpty == true { groups[lease] = nil } else { left.append(lease) }
            if worksLeft < 0 || taken.count >= limit { break }
        }
        order = left + order
        return taken
    }
}
