internal import Ensue
internal import GRDB

extension SQLiteStore {
    /// Walks the ledger window by window, each in a transaction of its own, until it has deleted something or has come
    /// to the end.
    public func retire(olderThan span: Duration, limit: Int) async throws -> Int {
        let time = clock.now() - span
        return try await retirement.advance { cursor in
            try await write("retire") { write in try write.retire(before: time, limit: limit, behind: cursor) }
        }
    }
}

extension Write {
    /// Looks at one window behind the cursor: effects first, then events, then rejections. An event stays while an
    /// effect refers to it.
    fileprivate func retire(
        before time: Timestamp, limit: Int, behind cursor: RetirementCursor.Position
    ) throws -> (deleted: Int, next: RetirementCursor.Position) {
        try execute("INSERT OR IGNORE INTO {retiring} VALUES (1)")
        var next = cursor
        var deleted = 0
        if let effect = cursor.effect {
            let effects = try rows(
                """
                SELECT o.effect, o.completed_at, EXISTS (SELECT 1 FROM {ended} n WHERE n.effect = o.effect)
                FROM {outcomes} o WHERE o.effect > ? ORDER BY o.effect LIMIT ?
                """, [effect, limit])
            for row in effects where row[1] < time.milliseconds && !(row[2] as Bool) {
                try deleteEffect(row[0])
                deleted += 1
            }
            next.effect = effects.count == limit ? effects.last?[0] : nil
        }
        if let event = cursor.event {
            let room = limit - deleted
            let events = try rows(
                "SELECT id, recorded_at FROM {events} WHERE id > ? ORDER BY id LIMIT ?", [event, room])
            for row in events where row[1] < time.milliseconds {
                guard try isSettled(event: row[0]) else { continue }
                try execute("DELETE FROM {events} WHERE id = ?", [row[0]])
                deleted += 1
            }
            next.event = events.count == room ? events.last?[0] ?? event : nil
        }

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
