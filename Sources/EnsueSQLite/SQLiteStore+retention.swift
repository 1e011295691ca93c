public import Ensue
internal import GRDB
internal import Synchronization

extension SQLiteStore {
    /// Walks the ledger window by window, each in a transaction of its own, until it has deleted something or has come
    /// to the end.
    public func retire(before time: Timestamp, limit: Int) async throws -> Int {
        while true {
            let cursor = retirement.position.withLock { $0 }
            let (deleted, next) = try await write("retire") { write in
                try write.retire(before: time, limit: limit, behind: cursor)
            }
            retirement.position.withLock { $0 = next }
            if deleted > 0 || next.isAtStart { return deleted }
        }
    }
}

/// Up to where retention has looked in this round.
final class RetirementCursor: Sendable {
    struct Position: Sendable {
        var effect: Int64 = 0
        var event: Int64 = 0

        var isAtStart: Bool { effect == 0 && event == 0 }
    }

    let position = Mutex(Position())
}

extension Write {
    /// Looks at one window behind the cursor: effects first, then events, then rejections. An event stays while an
    /// effect refers to it.
    fileprivate func retire(
        before time: Timestamp, limit: Int, behind cursor: RetirementCursor.Position
    ) throws -> (Int, RetirementCursor.Position) {
        try execute("INSERT OR IGNORE INTO {retiring} VALUES (1)")
        var next = RetirementCursor.Position()
        let effects = try rows(
            """
            SELECT o.effect, o.completed_at, EXISTS (SELECT 1 FROM {ended} n WHERE n.effect = o.effect)
            FROM {outcomes} o WHERE o.effect > ? ORDER BY o.effect LIMIT ?
            """, [cursor.effect, limit])
        let ended = effects.filter { $0[1] < time.milliseconds && !($0[2] as Bool) }
        for row in ended { try deleteEffect(row[0]) }
        if effects.count == limit, let last = effects.last { next.effect = last[0] }

        let room = limit - ended.count
        let events = try rows(
            "SELECT id, recorded_at FROM {events} WHERE id > ? ORDER BY id LIMIT ?", [cursor.event, room])
        var deleted = ended.count
        for row in events where row[1] < time.milliseconds {
            guard try isSettled(event: row[0]) else { continue }
            try execute("DELETE FROM {events} WHERE id = ?", [row[0]])
            deleted += 1
        }
        if events.count == room { next.event = events.last?[0] ?? cursor.event }

        try execute(
            "DELETE FROM {rejections} WHERE id IN (SELECT id FROM {rejections} WHERE created_at < ? ORDER BY id LIMIT ?)",
            [time.milliseconds, limit - deleted])
        deleted += db.changesCount
        try execute("DELETE FROM {retiring}")
        return (deleted, next)
    }

    private func deleteEffect(_ id: Int64) throws {
        for sql in [
            "DELETE FROM {attempts} WHERE effect = ?", "DELETE FROM {progress} WHERE effect = ?",
            "DELETE FROM {outcomes} WHERE effect = ?", "DELETE FROM {effects} WHERE id = ?",
        ] { try execute(sql, [id]) }
    }

    /// Whether an event has been routed and no effect refers to it any more.
    private func isSettled(event: Int64) throws -> Bool {
        let row = try row(
            """
            SELECT 1 WHERE EXISTS (SELECT 1 FROM {unrouted} WHERE event = ?1)
                OR EXISTS (SELECT 1 FROM {effects} WHERE event = ?1)
            """, [event])
        return row == nil
    }
}
