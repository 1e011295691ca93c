internal import Ensue

extension PlaceModel {
    /// Moves an effect out of its place and, by `transition`, into the next.
    mutating func move(_ id: EffectID, _ transition: Transition) {
        guard var entry = entries[id] else { return }
        let transition = entry.isToBeCancelled ? transition.heedingCancellation : transition
        let run = entry.state.runs
        let lease = close(id, entry)
        if let attempted = transition.attempted {
            entry.past.append(PastRun(run: run, result: attempted.result, isAlone: entry.isAlone))
        }
        entry.state = state(after: transition.destination, run: run, lease: lease)
        entry.isToBeCancelled = false
        entry.isAlone = false
        entries[id] = entry
    }

    /// Gives a claimed effect back as if it had never been claimed.
    mutating func giveBack(_ id: EffectID) {
        guard var entry = entries[id], case .running(let run, _) = entry.state else { return }
        guard !entry.isToBeCancelled else { return move(id, Transition(to: .ready)) }
        _ = close(id, entry)
        entry.state = .ready(run: run)
        entry.isAlone = false
        entries[id] = entry
    }

    /// Gives back what a worker no longer knows of: it may have begun, and then must not be repeated blindly.
    mutating func giveBackUnknown(_ id: EffectID) {
        guard entries[id]?.policy.onWorkerLoss == .hold else { return giveBack(id) }
        move(id, Transition(to: .uncertain, attempted: .init(.lost)))
    }

    private mutating func close(_ id: EffectID, _ entry: Entry) -> LeaseID? {
        switch entry.state {
        case .running(_, let lease):
            leases[lease]?.open.remove(id)
            if leases[lease]?.open.isEmpty == true { leases[lease] = nil }
            return lease
        case .deferred(_, let lease, _): return lease
        case .held, .ready, .scheduled, .uncertain, .ended: return nil
        }
    }

    private func state(after destination: Transition.Destination, run: Int, lease: LeaseID?) -> EffectState {
        switch destination {
        case .ready: .ready(run: run + 1)
        case .scheduled(let span): .scheduled(run: run + 1, due: now + span)
        case .deferred(let span):
            .deferred(run: run, lease: lease ?? LeaseID(rawValue: 0), deadline: now + span)
        case .uncertain: .uncertain(run: run)
        case .ended(let kind, let output, let error):
            .ended(Outcome(kind: kind, run: run, output: output, error: error, startedAt: nil, completedAt: now))
        }
    }
}

extension Transition {
    /// A run that would have gone on, of an effect that somebody has cancelled, ends it.
    fileprivate var heedingCancellation: Transition {
        if case .ended = destination { return self }
        return Transition(to: .ended(.cancelled, error: "cancelled"))
    }
}
