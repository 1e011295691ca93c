public import Ensue
internal import GRDB

extension SQLiteStore {
    public func join(_ worker: WorkerRegistration) async throws {
        try await write("join") { write in
            let now = write.now.milliseconds
            let kinds = try JSONText.encoding(worker.kinds.keys.sorted()).text
            try write.execute(
                """
                INSERT INTO {workers} (id, name, kinds, joined_at, beat_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at, expires_at = excluded.expires_at
                """,
                [worker.id.rawValue, worker.name, kinds, now, now, (write.now + worker.lease).milliseconds])
            for (kind, policy) in worker.kinds {
                try write.execute(
                    """
                    INSERT INTO {kinds} (name, policy, needs_approval, seen_at) VALUES (?, ?, ?, ?)
                    ON CONFLICT (name) DO UPDATE SET policy = excluded.policy,
                        needs_approval = excluded.needs_approval, seen_at = excluded.seen_at
                    """,
                    [kind.rawValue, try JSONText.encoding(policy).text, policy.needsApproval, now])
            }
            for rule in worker.rules { try write.upsert(rule) }
            if !worker.rules.isEmpty {
                try write.execute("UPDATE {store} SET rules_version = rules_version + 1")
            }
            write.changes.insert(.effects)
        }
    }

    public func beat(_ beat: Heartbeat) async throws -> HeartbeatReply {
        try await write("beat") { write in
            let now = write.now
            try write.execute(
                "UPDATE {workers} SET beat_at = ?, expires_at = ? WHERE id = ?",
                [now.milliseconds, (now + beat.lease).milliseconds, beat.worker.rawValue])
            let isKnown = write.db.changesCount > 0
            try write.refreshRegistrations(beat.worker)
            let known = Set(beat.leases)
            var alive: Set<LeaseID> = []
            var cancelled: [EffectID] = []
            for row in try write.rows(
                "SELECT id, worker, open, cancel, alone, claimed_at FROM {leases} WHERE worker = ?",
                [beat.worker.rawValue])
            {
                var lease = HeldLease(row)
                if known.contains(lease.id) {
                    alive.insert(lease.id)
                    cancelled += lease.open.filter { lease.cancel.contains($0) }.map(EffectID.init(rawValue:))
                } else if Timestamp(milliseconds: row[5]) <= now - beat.lease / 3 {
                    // A younger one may be a claim whose answer is still under way.
                    try write.giveBack(&lease)
                    continue
                }
                try write.execute(
                    "UPDATE {leases} SET expires_at = ? WHERE id = ?",
                    [(now + beat.lease).milliseconds, lease.id.rawValue])
            }
            return HeartbeatReply(alive: alive, cancelled: cancelled, isKnown: isKnown)
        }
    }

    public func leave(_ worker: WorkerID) async throws {
        try await write("leave") { write in
            for row in try write.rows(
                "SELECT id, worker, open, cancel, alone FROM {leases} WHERE worker = ?", [worker.rawValue])
            {
                var lease = HeldLease(row)
                try write.giveBack(&lease)
            }
            try write.execute("DELETE FROM {workers} WHERE id = ?", [worker.rawValue])
        }
    }

    public func knownKinds() async throws -> Set<EffectKind> {
        try await read("knownKinds") { read in
            Set(
                try read.rows("SELECT name FROM {kinds} WHERE seen_at > ?", [RuleCache.oldest(at: read.now)])
                    .map { try EffectKind($0[0] as String) })
        }
    }
}

extension Write {
    /// Ends a lease whose worker has none of its effects any more. What must not be repeated blindly may have begun:
    /// claimed means started for it.
    fileprivate mutating func giveBack(_ lease: inout HeldLease) throws {
        var endings = Endings()
        for effect in lease.close(lease.open.map(EffectID.init(rawValue:))) {
            let kind = try placed(effect, run: 0).kind
            if try policy(kind).onWorkerLoss == .hold {
                try lose(effect, of: lease, endings: &endings)
            } else {
                try putBack(effect, of: lease, endings: &endings)
            }
        }
        try store(lease)
    }

    fileprivate func upsert(_ rule: Rule) throws {
        let follows = Outcome.Kind.allCases.map { rule.pattern.matches(EffectEnding.eventType($0)) }
        try execute(
            """
            INSERT INTO {rules} (name, origin, pattern, kind, position,
                follows_completed, follows_failed, follows_cancelled, seen_at)
            VALUES (?, 'code', ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET pattern = excluded.pattern, kind = excluded.kind,
                position = excluded.position, follows_completed = excluded.follows_completed,
                follows_failed = excluded.follows_failed, follows_cancelled = excluded.follows_cancelled,
                seen_at = excluded.seen_at
            """,
            [
                rule.name, try JSONText.encoding(rule.pattern).text, rule.kind.rawValue, rule.order, follows[0],
                follows[1], follows[2], now.milliseconds,
            ])
    }

    /// Once an hour, what a living worker registered counts as registered anew.
    fileprivate func refreshRegistrations(_ worker: WorkerID) throws {
        let anHourAgo = (now - .seconds(3600)).milliseconds
        for (table, column) in [("{kinds}", "name"), ("{rules}", "kind")] {
            try execute(
                """
                UPDATE \(table) SET seen_at = ?1 WHERE seen_at < ?2
                    AND \(column) IN (SELECT j.value FROM {workers} w, json_each(w.kinds) j WHERE w.id = ?3)
                """, [now.milliseconds, anHourAgo, worker.rawValue])
        }
    }
}
