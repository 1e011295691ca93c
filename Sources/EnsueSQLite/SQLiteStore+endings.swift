public import Ensue
internal import GRDB
internal import Synchronization

extension SQLiteStore {
    public func follow(limit: Int) async throws -> Int {
        guard try await read("follow", { try $0.row("SELECT 1 FROM {ended} LIMIT 1") != nil }) else { return 0 }
        return try await write("follow") { write in
            let endings = try write.rows(
                """
                SELECT e.id, e.account, e.kind, e.rule, e.depth FROM {ended} n CROSS JOIN {effects} e ON e.id = n.effect
                ORDER BY n.effect LIMIT ?
                """, [limit])
            for row in endings {
                try write.recordEnding(row)
                try write.execute("DELETE FROM {ended} WHERE effect = ?", [row[0]])
            }
            return endings.count
        }
    }

    /// Walks the ledger a window at a time, so that no call reads more than a few times `limit` rows.
    public func retire(before time: Timestamp, limit: Int) async throws -> Int {
        let cursor = retirement.position.withLock { $0 }
        let (deleted, next) = try await write("retire") { write in
            try write.retire(before: time, limit: limit, behind: cursor)
        }
        retirement.position.withLock { $0 = next }
        return deleted
    }
}

/// Up to where retention has looked in this round.
final class RetirementCursor: Sendable {
    struct Position: Sendable {
        var effect: Int64 = 0
        var event: Int64 = 0
    }

    let position = Mutex(Position())
}

extension Write {
    fileprivate mutating func recordEnding(_ row: Row) throws {
        let id = EffectID(rawValue: row[0])
        guard let outcome = try outcome(id) else { return }
        let ending = EffectEnding(
            effect: id, kind: try EffectKind(row[2] as String), outcome: outcome.kind, run: outcome.run,
            output: outcome.output, error: outcome.error, rule: row[3])
        guard let draft = try ending.draft(account: try Account(row[1] as String), depth: row[4]) else { return }
        _ = try record([draft])
    }

    /// Deletes what ended, or was recorded and routed, before `time`. An event stays while an effect refers to it.
    fileprivate func retire(
        before time: Timestamp, limit: Int, behind cursor: RetirementCursor.Position
    ) throws -> (Int, RetirementCursor.Position) {
        try execute("INSERT OR IGNORE INTO {retiring} VALUES (1)")
        var next = RetirementCursor.Position()
        let effects = try rows(
            """
            SELECT o.effect, o.completed_at FROM {outcomes} o WHERE o.effect > ?
                AND NOT EXISTS (SELECT 1 FROM {ended} n WHERE n.effect = o.effect) ORDER BY o.effect LIMIT ?
            """, [cursor.effect, limit])
        var deleted = 0
        for row in effects where row[1] < time.milliseconds {
            let id: Int64 = row[0]
            for sql in [
                "DELETE FROM {attempts} WHERE effect = ?", "DELETE FROM {progress} WHERE effect = ?",
                "DELETE FROM {outcomes} WHERE effect = ?", "DELETE FROM {effects} WHERE id = ?",
            ] { try execute(sql, [id]) }
            deleted += 1
        }
        if effects.count == limit, let last = effects.last { next.effect = last[0] }
        let events = try rows(
            """
            SELECT v.id FROM {events} v WHERE v.id > ? AND v.recorded_at < ?
                AND NOT EXISTS (SELECT 1 FROM {unrouted} u WHERE u.event = v.id)
                AND NOT EXISTS (SELECT 1 FROM {effects} e WHERE e.event = v.id) ORDER BY v.id LIMIT ?
            """, [cursor.event, time.milliseconds, limit - deleted])
        for row in events { try execute("DELETE FROM {events} WHERE id = ?", [row[0]]) }
        if events.count == limit - deleted { next.event = events.last?[0] ?? cursor.event }
        try execute("DELETE FROM {retiring}")
        return (deleted + events.count, next)
    }
}
