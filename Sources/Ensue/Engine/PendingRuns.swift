internal import DequeModule

/// Results that wait to be settled, lease by lease. Pure state.
struct PendingRuns {
    private struct Group {
        let lease: LeaseID
        var runs: Deque<SettledRun> = []
        /// When the oldest of them came.
        var since: Duration
        /// No other run of the lease is under way.
        var isWhole = false
    }

    private var groups: [LeaseID: Group] = [:]
    /// Leases in the order in which their first results came.
    private var order: Deque<LeaseID> = []

    /// When the oldest result came; nil if none waits.
    var oldest: Duration? { order.first.flatMap { groups[$0]?.since } }

    /// Returns whether somebody who waits should look: a lease is whole, or this is the first that waits.
    mutating func add(_ run: SettledRun, isLast: Bool, at now: Duration) -> Bool {
        let isFirst = order.isEmpty
        if groups[run.lease] == nil {
            groups[run.lease] = Group(lease: run.lease, since: now)
            order.append(run.lease)
        }
        groups[run.lease]?.runs.append(run)
        if isLast { groups[run.lease]?.isWhole = true }
        return isFirst || isLast
    }

    /// Takes out leases that are whole or whose oldest result came at `time` or before: as many as make `limit` runs,
    /// and at least one. No more than `works` of the runs bring writes of their own.
    mutating func take(atMost limit: Int, works: Int, olderThan time: Duration) -> [SettledRun] {
        var taken: [SettledRun] = []
        var worksLeft = works
        var left: Deque<LeaseID> = []
        while let lease = order.popFirst() {
            guard let group = groups[lease], group.isWhole || group.since <= time,
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
