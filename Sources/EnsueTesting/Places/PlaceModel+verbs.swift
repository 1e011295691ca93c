internal import Ensue

extension PlaceModel {
    mutating func request(_ request: EffectRequest, as id: EffectID) {
        let isHeld = request.needsApproval || Self.policies[request.kind]?.needsApproval == true
        let due = request.due.flatMap { $0 > now ? $0 : nil }
        let state: EffectState = isHeld ? .held : due.map { .scheduled(run: 1, due: $0) } ?? .ready(run: 1)
        entries[id] = Entry(
            account: request.account, kind: request.kind, priority: request.priority, due: due, needsApproval: isHeld,
            state: state)
        if let key = request.key { effectKeys[Key(account: request.account, text: key)] = id }
    }

    /// Whether the run is settled; otherwise it is stale.
    mutating func settle(_ run: SettledRun) -> Bool {
        guard case .running(_, run.lease) = entries[run.effect]?.state else { return false }
        move(run.effect, run.transition)
        return true
    }

    mutating func release(_ ids: [EffectID], of lease: LeaseID) {
        for id in ids {
            guard case .running(_, lease) = entries[id]?.state else { continue }
            giveBack(id)
        }
    }

    mutating func beat(_ worker: WorkerID, knowing known: Set<LeaseID>) -> HeartbeatReply {
        var alive: Set<LeaseID> = []
        var cancelled: [EffectID] = []
        for (id, lease) in leases where lease.worker == worker {
            if !known.contains(id), now - lease.claimedAt >= Self.lease / 3 {
                for effect in lease.open { giveBackUnknown(effect) }
                continue
            }
            leases[id]?.expires = now + Self.lease
            guard known.contains(id) else { continue }
            alive.insert(id)
            cancelled += lease.open.filter { entries[$0]?.isToBeCancelled == true }
        }
        return HeartbeatReply(alive: alive, cancelled: cancelled.sorted())
    }

    mutating func leave(_ worker: WorkerID) {
        for lease in leases.values where lease.worker == worker {
            for effect in lease.open { giveBackUnknown(effect) }
        }
    }

    /// How many effects were taken back.
    mutating func rescue() -> Int {
        var rescued = 0
        for lease in leases.values where lease.expires <= now {
            for id in lease.open {
                guard let entry = entries[id] else { continue }
                move(
                    id, .losing(entry.policy.onWorkerLoss, history: entry.history, alone: entry.isAlone))
                rescued += 1
            }
        }
        return rescued
    }

    /// How many effects were moved, and how long it is until the next.
    mutating func advance() -> AdvanceReport {
        var moved = 0
        for (id, entry) in entries {
            switch entry.state {
            case .scheduled(let run, let due) where due <= now: entries[id]?.state = .ready(run: run)
            case .deferred(_, _, let deadline) where deadline <= now:
                move(id, .expiring(entry.policy, history: entry.history))
            default: continue
            }
            moved += 1
        }
        let next = entries.values.compactMap(\.state.wakes).min()
        return AdvanceReport(moved: moved, next: next.map { $0 - now })
    }

    mutating func command(_ command: Command, on id: EffectID) throws(Refusal) {
        guard let entry = entries[id] else { return }
        let decision = try entry.state.deciding(
            command, policy: entry.policy, history: entry.history, needsApproval: entry.needsApproval, random: 0.5)
        switch decision {
        case .signalCancellation: entries[id]?.isToBeCancelled = true
        case .move(let transition):
            guard command == .approve, let due = entry.due, due > now else { return move(id, transition) }
            entries[id]?.state = .scheduled(run: 1, due: due)
        }
    }
}

extension EffectState {
    /// When the passing of time moves it.
    fileprivate var wakes: Timestamp? {
        switch self {
        case .scheduled(_, let due): due
        case .deferred(_, _, let deadline): deadline
        case .held, .ready, .running, .uncertain, .ended: nil
        }
    }
}
