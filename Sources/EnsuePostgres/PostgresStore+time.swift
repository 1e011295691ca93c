public import Ensue

extension PostgresStore {
    public func advance(limit: Int) async throws -> AdvanceReport {
        let waiting = try await runner.perform("advance") { try $0.nextDue() }
        guard let waiting, waiting <= .zero else { return AdvanceReport(moved: 0, next: waiting) }
        return try await runner.transact("advance") { write in
            let moved = try write.promote(limit: limit)
            let expired = try write.expire(limit: limit - moved)
            try write.finish()
            return AdvanceReport(moved: moved + expired, next: try write.nextDue().map { max(.zero, $0) })
        }
    }

    /// Rescues lease by lease, oldest first, in transactions of bounded size: a lease of which some effects are left
    /// stays expired and is taken up again.
    public func rescue(limit: Int, sparing worker: WorkerID?) async throws -> RescueReport {
        let spared = PostgresValue.integer(worker?.rawValue ?? 0)
        let isNeeded = try await runner.perform("rescue") { write in
            try write.row(
                """
                SELECT EXISTS (SELECT FROM {leases} WHERE expires_at <= {clock}() AND worker <> $1)
                    OR EXISTS (SELECT FROM {workers} WHERE expires_at <= {clock}() AND id <> $1)
                """, [spared])?.bool(0) ?? false
        }
        guard isNeeded else { return RescueReport(effects: 0) }
        return try await runner.transact("rescue") { write in
            var left = limit
            let expired = try write.rows(
                """
                SELECT id, worker, open, cancel, alone FROM {leases}
                WHERE expires_at <= {clock}() AND worker <> $1 ORDER BY expires_at LIMIT 10 FOR UPDATE SKIP LOCKED
                """, [spared]
            ).map(HeldLease.init)
            for held in expired where left > 0 {
                var lease = held
                let lost = lease.close(lease.open.prefix(left).map(EffectID.init(rawValue:)))
                try write.lose(lost, of: lease)
                try write.store(lease)
                left -= lost.count
            }
            try write.execute(
                """
                DELETE FROM {workers} w WHERE w.expires_at <= {clock}() AND w.id <> $1
                    AND NOT EXISTS (SELECT FROM {leases} l WHERE l.worker = w.id)
                """, [spared])
            return RescueReport(effects: limit - left)
        }
    }
}

extension Write {
    /// How long until the next waiting effect is due; not above zero if one is due now.
    func nextDue() throws -> Duration? {
        let row = try row(
            """
            SELECT extract(epoch FROM least(
                (SELECT due_at FROM {scheduled} ORDER BY due_at, effect LIMIT 1),
                (SELECT deadline FROM {parked} WHERE deadline IS NOT NULL ORDER BY deadline, effect LIMIT 1)
            ) - {clock}())::double precision
            """)
        return row?.optionalDouble(0).map { .seconds($0) }
    }

    fileprivate mutating func promote(limit: Int) throws -> Int {
        let due = try rows(HotStatement.promote, [.integer(Int64(limit))])
        for row in due { moves.putReady(EffectID(rawValue: row.int(0)), run: Int(row.int(1))) }
        return due.count
    }

    fileprivate mutating func expire(limit: Int) throws -> Int {
        guard limit > 0 else { return 0 }
        let overdue = try rows(HotStatement.expire, [.integer(Int64(limit))])
        let known = try particulars(overdue.map { $0.int(0) })
        for row in overdue {
            guard let effect = known[row.int(0)] else { continue }
            var placed = effect.placed(run: Int(row.int(1)))
            placed.lease = row.optionalInt(2).map(LeaseID.init(rawValue:))
            placed.startedAt = row.optionalTime(3)
            put(placed, Transition.expiring(effect.policy, history: effect.history))
        }
        return overdue.count
    }

    /// Makes effects claimable as if they had never been claimed; those that somebody has cancelled meanwhile end.
    mutating func putBack(_ effects: [EffectID], of lease: HeldLease) throws {
        let known = try particulars(effects.map(\.rawValue))
        for id in effects {
            guard let effect = known[id.rawValue] else { continue }
            if lease.cancel.contains(id.rawValue) {
                put(effect.placed(run: effect.nextRun), Transition(to: .ended(.cancelled, error: "cancelled")))
            } else {
                moves.putReady(id, run: effect.nextRun)
            }
        }
    }

    mutating func lose(_ effects: [EffectID], of lease: HeldLease) throws {
        let known = try particulars(effects.map(\.rawValue))
        for id in effects {
            guard let effect = known[id.rawValue] else { continue }
            var placed = effect.placed(run: effect.nextRun)
            placed.lease = lease.id
            placed.alone = lease.alone
            let lost = Transition.losing(effect.policy.onWorkerLoss, history: effect.history, alone: lease.alone)
            put(placed, lease.cancel.contains(id.rawValue) ? lost.heedingCancellation : lost)
        }
    }
}

/// What decisions about an effect need to know of it.
struct Particulars {
    let effect: EffectID
    let account: Int64
    let kind: Int64
    let policy: HandlerPolicy
    var history = EffectHistory()
    /// The number of the run that an effect in a lease is in.
    var nextRun = 1

    func placed(run: Int) -> Placed { Placed(effect: effect, account: account, kind: kind, run: run) }
}

extension Write {
    /// A policy that this version cannot read counts as the standard one: a newer version may have written it.
    private static func policy(_ text: String?) -> HandlerPolicy {
        guard let text else { return .standard }
        do { return try JSONText(trusted: text).decode() } catch { return .standard }
    }

    /// The particulars of effects that are queued. One that has no row becomes a rejection: it must not hold up others.
    func particulars(_ effects: [Int64]) throws -> [Int64: Particulars] {
        guard !effects.isEmpty else { return [:] }
        let bounds = effects.bounds
        let range: [PostgresValue] = [.integers(effects), .integer(bounds.least), .integer(bounds.greatest)]
        let results = try pipeline([
            (
                """
                SELECT e.id, c.id, k.id, k.policy FROM {effects} e
                JOIN {accounts} c ON c.name = e.account JOIN {kinds} k ON k.name = e.kind
                WHERE e.id = ANY($1) AND e.id BETWEEN $2 AND $3
                """, range
            ),
            (
                """
                SELECT effect, result, alone, run FROM {attempts}
                WHERE effect = ANY($1) AND effect BETWEEN $2 AND $3 ORDER BY id
                """, range
            ),
        ])
        var policies: [Int64: HandlerPolicy] = [:]
        var known: [Int64: Particulars] = [:]
        for row in results[0] {
            let kind = row.int(2)
            let policy = policies[kind] ?? Self.policy(row.optionalText(3))
            policies[kind] = policy
            known[row.int(0)] = Particulars(
                effect: EffectID(rawValue: row.int(0)), account: row.int(1), kind: kind, policy: policy)
        }
        for row in results[1] {
            guard let result = Attempt.Result(rawValue: row.text(1)) else { continue }
            let id = row.int(0)
            guard var effect = known[id] else { continue }
            effect.history.add(result, alone: row.bool(2))
            effect.nextRun = max(effect.nextRun, Int(row.int(3)) + 1)
            known[id] = effect
        }
        for lost in effects where known[lost] == nil {
            try reject(
                account: "default", source: "effects", body: "\(lost)",
                reason: "effect \(lost) was queued and has no row")
        }
        return known
    }
}
