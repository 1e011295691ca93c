public import Ensue

extension PostgresStore {
    public func command(_ command: Command, on effect: EffectID, random: Double) async throws -> EffectRecord? {
        while true {
            let attempt = try await runner.transact("command", onAmbiguity: .reported) { write in
                try write.command(command, on: effect, random: random)
            }
            switch attempt {
            case .done(let record): return record
            case .overtaken: continue
            }
        }
    }

    public func note(_ progress: EffectRecord.Progress, on effect: EffectID) async throws -> Bool {
        try await runner.perform("note") { write in
            try write.execute(
                """
                INSERT INTO {progress} (effect, fraction, note, at)
                SELECT e.id, $2, $3, $4 FROM {effects} e
                WHERE e.id = $1 AND NOT EXISTS (SELECT FROM {outcomes} o WHERE o.effect = $1)
                ON CONFLICT (effect) DO UPDATE SET fraction = excluded.fraction, note = excluded.note, at = excluded.at
                """,
                [
                    .integer(effect.rawValue), .optional(progress.fraction),
                    .optional(progress.note?.withoutNUL), .time(progress.at),
                ]) > 0
        }
    }
}

private enum CommandAttempt: Sendable {
    case done(EffectRecord?)
    /// Somebody else moved the effect between our look at it and our move.
    case overtaken
}

extension Write {
    fileprivate mutating func command(
        _ command: Command, on effect: EffectID, random: Double
    ) throws -> CommandAttempt {
        guard let record = try self.effect(effect) else { return .done(nil) }
        guard let known = try particulars([effect.rawValue])[effect.rawValue] else { return .done(nil) }
        let decision = try record.state.deciding(
            command, policy: known.policy, history: known.history, needsApproval: record.needsApproval, random: random)
        switch decision {
        case .signalCancellation:
            guard try signalCancellation(effect, record.state) else { return .overtaken }
        case .move(let transition):
            guard try move(record, known, transition) else { return .overtaken }
        }
        try finish()
        return .done(try self.effect(effect))
    }

    private mutating func signalCancellation(_ effect: EffectID, _ state: EffectState) throws -> Bool {
        guard case .running(_, let id) = state else { return false }
        let id64 = PostgresValue.integer(effect.rawValue)
        let signalled = try execute(
            """
            UPDATE {leases} SET cancel = CASE WHEN cancel @> ARRAY[$2] THEN cancel ELSE cancel || $2 END
            WHERE id = $1 AND open @> ARRAY[$2]
            """, [.integer(id.rawValue), id64])
        try execute("SELECT pg_notify($1, 'cancel')", [.text(names.channel)])
        changes.insert(.cancellations)
        return signalled > 0
    }

    /// False if the effect was no longer where it had been seen.
    private mutating func move(_ record: EffectRecord, _ known: Particulars, _ transition: Transition) throws -> Bool {
        var placed = known.placed(run: record.state.runs)
        var transition = transition
        let id = PostgresValue.integer(record.id.rawValue)
        switch record.state {
        case .held: guard try isRemoved("{parked}", "state = 'held'", id) else { return false }
        case .uncertain(let run):
            guard try isRemoved("{parked}", "state = 'uncertain' AND run = \(run)", id) else { return false }
        case .deferred(_, let lease, _):
            placed.lease = lease
            let rows = try rows(
                "DELETE FROM {parked} WHERE effect = $1 AND state = 'deferred' AND run = $2 RETURNING started_at",
                [id, .integer(Int64(record.state.runs))])
            guard rows.count > 0 else { return false }
            placed.startedAt = rows[0].optionalTime(0)
        case .ready:
            let removed = try execute(
                "DELETE FROM {ready} WHERE kind = $1 AND account = $2 AND priority = $3 AND effect = $4",
                [.integer(placed.kind), .integer(placed.account), .integer(Int64(record.priority.rawValue)), id])
            guard removed > 0 else { return false }
        case .scheduled(let run, _): guard try isRemoved("{scheduled}", "run = \(run)", id) else { return false }
        case .running(_, let lease):
            placed.lease = lease
            guard var held = try leases([lease.rawValue]).first, !held.close([record.id]).isEmpty else { return false }
            try store(held)
            if held.cancel.contains(record.id.rawValue) { transition = transition.heedingCancellation }
        case .ended(let outcome):
            let isSame = "run = \(outcome.run) AND outcome = '\(outcome.kind.rawValue)'"
            guard try isKept(record.id), try isRemoved("{outcomes}", isSame, id) else { return false }
            try execute("DELETE FROM {ended} WHERE effect = $1", [id])
        }
        if case .held = record.state, case .ready = transition.destination, let wait = try wait(record.id) {
            transition = Transition(to: .scheduled(after: wait))
        }
        put(placed, transition)
        return true
    }

    /// Whether the effect's range is not about to be dropped; that cannot begin before this transaction is over.
    private func isKept(_ effect: EffectID) throws -> Bool {
        let row = try row(
            "SELECT dropping FROM {ranges} WHERE family = 'effects' AND first <= $1 AND until > $1 FOR SHARE",
            [.integer(effect.rawValue)])
        return row?.bool(0) == false
    }

    private func isRemoved(_ table: String, _ condition: String, _ effect: PostgresValue) throws -> Bool {
        try execute("DELETE FROM \(table) WHERE effect = $1 AND \(condition)", [effect]) > 0
    }

    /// How long until the time for which an effect was requested, if that is still to come.
    private func wait(_ effect: EffectID) throws -> Duration? {
        let row = try row(
            """
            SELECT extract(epoch FROM due_at - {clock}())::double precision FROM {effects}
            WHERE id = $1 AND due_at > {clock}()
            """, [.integer(effect.rawValue)])
        return row.map { .seconds($0.double(0)) }
    }
}
