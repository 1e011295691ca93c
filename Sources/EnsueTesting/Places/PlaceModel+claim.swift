internal import Ensue

extension PlaceModel {
    /// Takes in what a claim brought. Returns what was wrong with it.
    mutating func claim(_ claim: Claim, brought claimed: [ClaimedEffect]) -> [String] {
        var faults = Set(claimed.map(\.id)).count == claimed.count ? [] : ["the claim brought an effect twice"]
        for quota in claim.quotas {
            let expected = min(quota.limit, ready(quota.kind))
            let count = claimed.count { $0.kind == quota.kind }
            if count != expected { faults.append("the claim brought \(count) of '\(quota.kind)', not \(expected)") }
        }
        for effect in claimed { faults += take(effect, claim) }
        for effect in claimed { faults += passedOver(by: effect) }
        return faults
    }

    private mutating func take(_ claimed: ClaimedEffect, _ claim: Claim) -> [String] {
        if entries[claimed.id] == nil, let event = claimed.event?.id, unseen.remove(event) != nil {
            entries[claimed.id] = Entry(
                account: claimed.account, kind: claimed.kind, priority: .normal, due: nil, needsApproval: false,
                state: .ready(run: 1))
        }
        guard let entry = entries[claimed.id], case .ready(let run) = entry.state else {
            return ["effect \(claimed.id) was claimed, and is \(entries[claimed.id]?.state.name ?? "unknown")"]
        }
        var faults: [String] = []
        if claimed.run != run { faults.append("effect \(claimed.id) was claimed for run \(claimed.run), not \(run)") }
        if claimed.history != entry.history {
            faults.append("effect \(claimed.id) has \(claimed.history), not \(entry.history)")
        }
        let isAlone = claimed.lease != claim.firstLease
        if isAlone, leases[claimed.lease] != nil { faults.append("effect \(claimed.id) is alone in company") }
        if !isAlone, entry.history.isPoisonous { faults.append("effect \(claimed.id) should be alone") }
        if isAlone, !entry.past.contains(where: { $0.result == .lost }) {
            faults.append("effect \(claimed.id) is alone without reason")
        }
        entries[claimed.id]?.state = .running(run: run, lease: claimed.lease)
        entries[claimed.id]?.isAlone = isAlone
        leases[
            claimed.lease,
            default: Lease(worker: claim.worker, claimedAt: now, expires: now + Self.lease, open: [])
        ].open.insert(claimed.id)
        return faults
    }

    /// More urgent effects of the same kind and account that were left waiting.
    private func passedOver(by claimed: ClaimedEffect) -> [String] {
        guard let taken = entries[claimed.id] else { return [] }
        return entries.compactMap { id, entry in
            guard case .ready = entry.state, entry.kind == taken.kind, entry.account == taken.account,
                entry.priority < taken.priority
            else { return nil }
            return "effect \(claimed.id) was claimed before the more urgent \(id)"
        }
    }
}
