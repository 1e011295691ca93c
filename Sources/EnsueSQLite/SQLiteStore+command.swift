public import Ensue
internal import GRDB

extension SQLiteStore {
    public func command(_ command: Command, on effect: EffectID, random: Double) async throws -> EffectRecord? {
        try await write("command") { write in
            guard let record = try write.effect(effect) else { return nil }
            let policy = try write.policy(try write.kindID(record.kind))
            let decision = try record.state.deciding(
                command, policy: policy, history: try write.history(effect), needsApproval: record.needsApproval,
                random: random)
            switch decision {
            case .signalCancellation: try write.signalCancellation(effect, record.state)
            case .move(let transition): try write.move(record, transition)
            }
            return try write.effect(effect)
        }
    }

    public func note(_ progress: EffectRecord.Progress, on effect: EffectID) async throws -> Bool {
        try await write("note") { write in
            try write.execute(
                """
                INSERT INTO {progress} (effect, fraction, note, at)
                SELECT e.id, ?2, ?3, ?4 FROM {effects} e
                WHERE e.id = ?1 AND NOT EXISTS (SELECT 1 FROM {outcomes} o WHERE o.effect = e.id)
                ON CONFLICT (effect) DO UPDATE SET fraction = excluded.fraction, note = excluded.note, at = excluded.at
                """, [effect.rawValue, progress.fraction, progress.note, progress.at.milliseconds])
            return write.db.changesCount > 0
        }
    }
}

extension Write {
    fileprivate mutating func signalCancellation(_ effect: EffectID, _ state: EffectState) throws {
        guard case .running(_, let id) = state, let lease = try lease(id) else { return }
        let cancel = lease.cancel.union([effect.rawValue]).sorted()
        try execute("UPDATE {leases} SET cancel = ? WHERE id = ?", [OpenList.text(cancel), id.rawValue])
        changes.insert(.cancellations)
    }

    fileprivate mutating func move(_ record: EffectRecord, _ transition: Transition) throws {
        var placed = try placed(record.id, run: record.state.runs)
        var transition = transition
        var endings = Endings()
        switch record.state {
        case .held, .uncertain: try execute("DELETE FROM {parked} WHERE effect = ?", [record.id.rawValue])
        case .deferred(_, let lease, _):
            placed.lease = lease
            placed.startedAt = try startOfParked(record.id)
            try execute("DELETE FROM {parked} WHERE effect = ?", [record.id.rawValue])
        case .ready:
            try execute(
                "DELETE FROM {ready} WHERE kind = ? AND account = ? AND priority = ? AND effect = ?",
                [placed.kind, placed.account, record.priority.rawValue, record.id.rawValue])
        case .scheduled: try execute("DELETE FROM {scheduled} WHERE effect = ?", [record.id.rawValue])
        case .running(_, let id):
            placed.lease = id
            guard var lease = try lease(id) else { return }
            _ = lease.close([record.id])
            try store(lease)
            if lease.cancel.contains(record.id.rawValue) { transition = transition.heedingCancellation }
        case .ended:
            try execute("DELETE FROM {outcomes} WHERE effect = ?", [record.id.rawValue])
            try execute("DELETE FROM {ended} WHERE effect = ?", [record.id.rawValue])
        }
        if case .held = record.state, case .ready = transition.destination, let due = try due(record.id) {
            try put(placed, Transition(to: .scheduled(after: due - now)), endings: &endings)
        } else {
            try put(placed, transition, endings: &endings)
        }
    }

    private func startOfParked(_ effect: EffectID) throws -> Timestamp? {
        let start: Int64? = try value("SELECT started_at FROM {parked} WHERE effect = ?", [effect.rawValue])
        return start.map(Timestamp.init(milliseconds:))
    }

    /// When an effect was requested to run, if that is still to come.
    private func due(_ effect: EffectID) throws -> Timestamp? {
        let due: Int64? = try value(
            """
            SELECT CASE typeof(due_at) WHEN 'integer' THEN due_at
                ELSE CAST(round((julianday(due_at) - 2440587.5) * 86400000) AS INTEGER) END
            FROM {effects} WHERE id = ?
            """, [effect.rawValue])
        return due.map(Timestamp.init(milliseconds:)).flatMap { $0 > now ? $0 : nil }
    }
}
