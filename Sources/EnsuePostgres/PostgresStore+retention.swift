internal import Ensue
internal import Logging

extension PostgresStore {
    /// Drops whole ranges of ids in which everything has ended before `time`; of the others it deletes row by row,
    /// window by window, each in a transaction of its own, until it has deleted something or has come to the end.
    public func retire(olderThan span: Duration, limit: Int) async throws -> Int {
        let time = try await runner.perform("retire") { try $0.rows("SELECT {clock}()")[0].time(0) } - span
        if retirement.isAtStart { await dropRanges(before: time) }
        return try await retirement.advance { cursor in
            try await runner.transact("retire") { write in
                try write.retire(before: time, limit: limit, behind: cursor)
            }
        }
    }

    /// What cannot be dropped now is tried again with the next round, and hinders nothing else.
    private func dropRanges(before time: Timestamp) async {
        do {
            let candidates = try await runner.perform("retire") { try $0.rangesToDrop(before: time) }
            for range in candidates {
                let isDropping = try await runner.transact("retire") { try $0.beginDropping(range, before: time) }
                if isDropping { try await drop(range) }
            }
        } catch {
            logger.warning("cannot drop a range of ids, will try again", metadata: ["error": "\(error)"])
        }
    }

    private func drop(_ range: DroppedRange) async throws {
        for table in range.tables { try await drop(table) }
        try await runner.transact("retire") { write in
            let bounds: [PostgresValue] = [.integer(range.first), .integer(range.until)]
            try write.execute(
                "DELETE FROM {ranges} WHERE family = $1 AND first = $2", [.text(range.family), .integer(range.first)])
            try write.forgetBlocks(of: range)
            guard range.family == "effects" else { return }
            for table in ["{progress}", "{adopted}"] {
                try write.execute("DELETE FROM \(table) WHERE effect >= $1 AND effect < $2", bounds)
            }
        }
        logger.notice("dropped what had ended", metadata: ["range": "\(range.family) from \(range.first)"])
    }

    /// Detaches a partition without hindering readers and writers, then drops it; takes up what another process has
    /// left half done.
    private func drop(_ table: DroppedRange.Table) async throws {
        try await runner.attempt("retire") { [names] session, write in
            let attached = try write.rows(
                """
                SELECT i.inhdetachpending FROM pg_inherits i
                WHERE i.inhrelid = to_regclass($1) AND i.inhparent = to_regclass($2)
                """, [.text(names.resolve("{\(table.name)}")), .text(names.resolve("{\(table.parent)}"))])
            if attached.count > 0 {
                let manner = attached[0].bool(0) ? "FINALIZE" : "CONCURRENTLY"
                // It waits for whoever still reads the partition, for as long as that takes.
                try session.patiently(
                    names.render("ALTER TABLE {\(table.parent)} DETACH PARTITION {\(table.name)} \(manner)"),
                    within: .seconds(600))
            }
            try session.script(names.render("DROP TABLE IF EXISTS {\(table.name)}"))
        }
    }
}

/// A range of ids all of whose rows are to go.
struct DroppedRange: Sendable {
    struct Table: Sendable {
        let parent: String
        let name: String
    }

    let family: String
    let first: Int64
    let until: Int64

    var tables: [Table] {
        // An effect is gone before what belongs to it: nobody sees it without.
        let parents = family == "events" ? ["events"] : ["effects", "outcomes", "attempts"]
        return parents.map { Table(parent: $0, name: "\($0)_\(first / (until - first))") }
    }
}

extension Write {
    /// Ranges whose ids have all been given out and used long ago, and those whose dropping was begun.
    fileprivate func rangesToDrop(before time: Timestamp) throws -> [DroppedRange] {
        try rows(
            "SELECT family, first, until FROM {ranges} WHERE dropping OR full_at < $1 ORDER BY family, first",
            [.time(time)]
        ).map { DroppedRange(family: $0.text(0), first: $0.int(1), until: $0.int(2)) }
    }

    /// Whether nothing is left to do in a range; it is then marked, and nothing in it is moved any more. The mark is
    /// set before the look: who moves something holds the range's row meanwhile.
    fileprivate func beginDropping(_ range: DroppedRange, before time: Timestamp) throws -> Bool {
        let name: [PostgresValue] = [.text(range.family), .integer(range.first)]
        let row = try row(
            """
            UPDATE {ranges} r SET dropping = true FROM {ranges} before
            WHERE r.family = $1 AND r.first = $2 AND before.family = r.family AND before.first = r.first
            RETURNING before.dropping
            """, name)
        guard let row else { return false }
        if row.bool(0) { return true }
        let bounds: [PostgresValue] = [.integer(range.first), .integer(range.until - 1), .time(time)]
        let isInUse = try self.row(range.family == "events" ? Self.eventsInUse : Self.effectsInUse, bounds)?.bool(0)
        if isInUse == false { return true }
        try execute("UPDATE {ranges} SET dropping = false WHERE family = $1 AND first = $2", name)
        return false
    }

    private static let eventsInUse = """
        SELECT EXISTS (SELECT FROM {events} WHERE id BETWEEN $1 AND $2 AND recorded_at >= $3)
            OR EXISTS (SELECT FROM {unrouted} WHERE event BETWEEN $1 AND $2)
            OR EXISTS (SELECT FROM {effects} WHERE event BETWEEN $1 AND $2)
        """
    private static let effectsInUse = """
        SELECT EXISTS (SELECT FROM {outcomes} WHERE effect BETWEEN $1 AND $2 AND completed_at >= $3)
            OR EXISTS (SELECT FROM {ended} WHERE effect BETWEEN $1 AND $2)
            OR EXISTS (SELECT FROM {adopted} WHERE owed_at IS NOT NULL AND effect BETWEEN $1 AND $2)
            OR (SELECT count(*) FROM {effects} WHERE id BETWEEN $1 AND $2)
                <> (SELECT count(*) FROM {outcomes} WHERE effect BETWEEN $1 AND $2)
        """

    /// Looks at one window behind the cursor: effects first, then events, then rejections. An event stays while an
    /// effect refers to it.
    fileprivate func retire(
        before time: Timestamp, limit: Int, behind cursor: RetirementCursor.Position
    ) throws -> (deleted: Int, next: RetirementCursor.Position) {
        try session.script("SET LOCAL ensue.retiring = 'on'")
        var next = cursor
        var deleted = 0
        let before = PostgresValue.time(time)
        if let effect = cursor.effect {
            let effects = try rows(
                """
                SELECT o.effect, o.completed_at < $3 AND NOT EXISTS (SELECT FROM {ended} n WHERE n.effect = o.effect)
                    AND NOT EXISTS (SELECT FROM {adopted} d WHERE d.effect = o.effect AND d.owed_at IS NOT NULL)
                FROM {outcomes} o WHERE o.effect > $1 ORDER BY o.effect LIMIT $2
                """, [.integer(effect), .integer(Int64(limit)), before])
            deleted += try delete(effects: effects.filter { $0.bool(1) }.map { $0.int(0) })
            next.effect = effects.count == limit ? effects.last?.int(0) : nil
        }
        if let event = cursor.event {
            let room = limit - deleted
            let events = try rows(
                """
                SELECT id, recorded_at < $3 AND NOT EXISTS (SELECT FROM {unrouted} u WHERE u.event = v.id)
                    AND NOT EXISTS (SELECT FROM {effects} e WHERE e.event = v.id)
                FROM {events} v WHERE v.id > $1 ORDER BY v.id LIMIT $2
                """, [.integer(event), .integer(Int64(room)), before])
            deleted += try delete(events: events.filter { $0.bool(1) }.map { $0.int(0) })
            next.event = events.count == room ? events.last?.int(0) ?? event : nil
        }
        deleted += try execute(
            """
            DELETE FROM {rejections} WHERE id IN (
                SELECT id FROM {rejections} WHERE created_at < $1 ORDER BY id LIMIT $2)
            """, [before, .integer(Int64(limit - deleted))])
        return (deleted, next)
    }

    private func delete(events: [Int64]) throws -> Int {
        guard !events.isEmpty else { return 0 }
        let bounds = events.bounds
        return try execute(
            "DELETE FROM {events} WHERE id = ANY($1) AND id BETWEEN $2 AND $3",
            [.integers(events), .integer(bounds.least), .integer(bounds.greatest)])
    }

    /// Whatever somebody retries meanwhile has no outcome any more, and stays.
    private func delete(effects candidates: [Int64]) throws -> Int {
        guard !candidates.isEmpty else { return 0 }
        let all = candidates.bounds
        let effects = try rows(
            "DELETE FROM {outcomes} WHERE effect = ANY($1) AND effect BETWEEN $2 AND $3 RETURNING effect",
            [.integers(candidates), .integer(all.least), .integer(all.greatest)]
        ).map { $0.int(0) }
        let bounds = effects.bounds
        let parameters: [PostgresValue] = [
            .integers(effects), .integer(bounds.least), .integer(bounds.greatest),
        ]
        _ = try pipeline([
            ("DELETE FROM {attempts} WHERE effect = ANY($1) AND effect BETWEEN $2 AND $3", parameters),
            ("DELETE FROM {progress} WHERE effect = ANY($1)", [.integers(effects)]),
            ("DELETE FROM {adopted} WHERE effect = ANY($1)", [.integers(effects)]),
            ("DELETE FROM {effects} WHERE id = ANY($1) AND id BETWEEN $2 AND $3", parameters),
        ])
        return effects.count
    }
}
