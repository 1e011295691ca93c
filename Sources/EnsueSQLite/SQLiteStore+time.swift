public import Ensue
internal import GRDB

extension SQLiteStore {
    public func advance(limit: Int) async throws -> AdvanceReport {
        let waiting = try await read("advance") { try $0.nextDue() }
        guard let waiting, waiting <= clock.now() else {
            return AdvanceReport(moved: 0, next: waiting.map { $0 - clock.now() })
        }
        return try await write("advance") { write in
            let moved = try write.promote(limit: limit)
            let expired = try write.expire(limit: limit - moved)
            let next = try write.nextDue()
            return AdvanceReport(moved: moved + expired, next: next.map { max(.zero, $0 - write.now) })
        }
    }

    /// Rescues lease by lease, oldest first, in transactions of bounded size: a lease of which some effects are left
    /// stays expired and is taken up again.
    public func rescue(limit: Int, sparing worker: WorkerID?) async throws -> RescueReport {
        try await write("rescue") { write in
            var endings = Endings()
            var left = limit
            let expired = try write.rows(
                """
                SELECT id, worker, open, cancel, alone FROM {leases}
                WHERE expires_at <= ? AND worker <> ? ORDER BY expires_at LIMIT 10
                """, [write.now.milliseconds, worker?.rawValue ?? 0])
            for row in expired where left > 0 {
                var lease = HeldLease(row)
                let lost = lease.close(lease.open.prefix(left).map(EffectID.init(rawValue:)))
                for effect in lost { try write.lose(effect, of: lease, endings: &endings) }
                try write.store(lease)
                left -= lost.count
            }
            try write.execute(
                """
                DELETE FROM {workers} WHERE expires_at <= ? AND id <> ?
                    AND NOT EXISTS (SELECT 1 FROM {leases} WHERE worker = {workers}.id)
                """, [write.now.milliseconds, worker?.rawValue ?? 0])
            return RescueReport(effects: limit - left)
        }
    }
}

extension Write {
    /// When the next waiting effect is due.
    func nextDue() throws -> Timestamp? {
        let next: Int64? = try value(
            """
            SELECT min(t) FROM (SELECT min(due_at) AS t FROM {scheduled}
                UNION ALL SELECT min(deadline) FROM {parked} WHERE deadline IS NOT NULL)
            """)
        return next.map(Timestamp.init(milliseconds:))
    }

    fileprivate mutating func promote(limit: Int) throws -> Int {
        let due = try rows(HotStatement.due, [now.milliseconds, limit])
        for row in due {
            let effect = EffectID(rawValue: row[0])
            try execute("DELETE FROM {scheduled} WHERE effect = ?", [effect.rawValue])
            try putReady(effect, run: row[1])
        }
        return due.count
    }

    fileprivate mutating func expire(limit: Int) throws -> Int {
        var endings = Endings()
        let overdue = try rows(HotStatement.overdue, [now.milliseconds, limit])
        for row in overdue {
            let effect = EffectID(rawValue: row[0])
            try execute("DELETE FROM {parked} WHERE effect = ?", [effect.rawValue])
            var placed = try placed(effect, run: row[1])
            placed.lease = (row[2] as Int64?).map(LeaseID.init(rawValue:))
            placed.startedAt = (row[3] as Int64?).map(Timestamp.init(milliseconds:))
            let transition = Transition.expiring(try policy(placed.kind), history: try history(effect))
            try put(placed, transition, endings: &endings)
        }
        return overdue.count
    }

    /// Makes an effect claimable as if it had never been claimed; one that somebody has cancelled meanwhile ends.
    mutating func putBack(_ effect: EffectID, of lease: HeldLease, endings: inout Endings) throws {
        let run = try nextRun(effect)
        guard lease.cancel.contains(effect.rawValue) else { return try putReady(effect, run: run) }
        let cancelled = Transition(to: .ended(.cancelled, error: "cancelled"))
        try put(try placed(effect, run: run), cancelled, endings: &endings)
    }

    mutating func lose(_ effect: EffectID, of lease: HeldLease, endings: inout Endings) throws {
        var placed = try placed(effect, run: try nextRun(effect))
        placed.lease = lease.id
        placed.alone = lease.alone
        let policy = try policy(placed.kind).onWorkerLoss
        var transition = Transition.losing(policy, history: try history(effect), alone: lease.alone)
        if lease.cancel.contains(effect.rawValue) { transition = transition.heedingCancellation }
        try put(placed, transition, endings: &endings)
    }

    /// What the place rule needs to know of an effect.
    func placed(_ effect: EffectID, run: Int) throws -> Placed {
        let row = try row(
            """
            SELECT a.id, k.id FROM {effects} e JOIN {accounts} a ON a.name = e.account JOIN {kinds} k ON k.name = e.kind
            WHERE e.id = ?
            """, [effect.rawValue])
        guard let row else {
            throw StoreError(.corrupt, operation: "place", detail: "effect \(effect) is queued and has no row")
        }
        return Placed(effect: effect, account: row[0], kind: row[1], run: run)
    }

    /// The policy under which a kind was last registered.
    func policy(_ kind: Int64) throws -> HandlerPolicy {
        let text: String? = try value("SELECT policy FROM {kinds} WHERE id = ?", [kind])
        return try text.map { try JSONText(trusted: $0).decode() } ?? .standard
    }
}
