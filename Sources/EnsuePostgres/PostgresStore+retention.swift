public import Ensue
internal import Logging
internal import Synchronization

extension PostgresStore {
    /// Drops whole ranges of ids in which everything has ended before `time`; of the others it deletes row by row,
    /// window by window, each in a transaction of its own, until it has deleted something or has come to the end.
    public func retire(before time: Timestamp, limit: Int) async throws -> Int {
        if retirement.position.withLock({ $0.isAtStart }) { try await dropRanges(before: time) }
        while true {
            let cursor = retirement.position.withLock { $0 }
            let (deleted, next) = try await runner.transact("retire") { write in
                try write.retire(before: time, limit: limit, behind: cursor)
            }
            retirement.position.withLock { $0 = next }
            if deleted > 0 || next.isAtStart { return deleted }
        }
    }

    private func dropRanges(before time: Timestamp) async throws {
        let ranges = try await runner.perform("retire") { try $0.rangesToDrop(before: time) }
        for range in ranges {
            for table in range.tables { try await drop(table) }
            try await runner.transact("retire") { write in
                try write.execute(
                    "DELETE FROM {ranges} WHERE family = $1 AND first = $2",
                    [.text(range.family), .integer(range.first)])
                guard range.family == "effects" else { return }
                try write.execute(
                    "DELETE FROM {progress} WHERE effect >= $1 AND effect < $2",
                    [.integer(range.first), .integer(range.until)])
            }
            logger.notice("dropped what had ended", metadata: ["range": "\(range.family) from \(range.first)"])
        }
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
        let parents = family == "events" ? ["events"] : ["attempts", "outcomes", "effects"]
        return parents.map { Table(parent: $0, name: "\($0)_\(first / (until - first))") }
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
    /// Ranges whose ids have all been given out and used long ago, and in which nothing is left to do.
    fileprivate func rangesToDrop(before time: Timestamp) throws -> [DroppedRange] {
        let candidates = try rows(
            "SELECT family, first, until FROM {ranges} WHERE full_at < $1 ORDER BY family, first", [.time(time)]
        ).map { DroppedRange(family: $0.text(0), first: $0.int(1), until: $0.int(2)) }
        return try candidates.filter { range in
            let bounds: [PostgresValue] = [.integer(range.first), .integer(range.until - 1), .time(time)]
            let question =
                range.family == "events"
                ? """
                SELECT EXISTS (SELECT FROM {events} WHERE id BETWEEN $1 AND $2 AND recorded_at >= $3)
                    OR EXISTS (SELECT FROM {unrouted} WHERE event BETWEEN $1 AND $2)
                    OR EXISTS (SELECT FROM {effects} WHERE event BETWEEN $1 AND $2)
                """
                : """
                SELECT EXISTS (SELECT FROM {outcomes} WHERE effect BETWEEN $1 AND $2 AND completed_at >= $3)
                    OR EXISTS (SELECT FROM {ended} WHERE effect BETWEEN $1 AND $2)
                    OR (SELECT count(*) FROM {effects} WHERE id BETWEEN $1 AND $2)
                        <> (SELECT count(*) FROM {outcomes} WHERE effect BETWEEN $1 AND $2)
                """
            return try row(question, bounds)?.bool(0) == false
        }
    }

    /// Looks at one window behind the cursor: effects first, then events, then rejections. An event stays while an
    /// effect refers to it.
    fileprivate func retire(
        before time: Timestamp, limit: Int, behind cursor: RetirementCursor.Position
    ) throws -> (Int, RetirementCursor.Position) {
        try session.script("SET LOCAL ensue.retiring = 'on'")
        var next = RetirementCursor.Position()
        let before = PostgresValue.time(time)
        let effects = try rows(
            """
            SELECT o.effect, o.completed_at < $3 AND NOT EXISTS (SELECT FROM {ended} n WHERE n.effect = o.effect)
            FROM {outcomes} o WHERE o.effect > $1 ORDER BY o.effect LIMIT $2
            """, [.integer(cursor.effect), .integer(Int64(limit)), before])
        let ended = effects.filter { $0.bool(1) }.map { $0.int(0) }
        try delete(effects: ended)
        if effects.count == limit { next.effect = effects[effects.count - 1].int(0) }

        let room = limit - ended.count
        let events = try rows(
            """
            SELECT id, recorded_at < $3 AND NOT EXISTS (SELECT FROM {unrouted} u WHERE u.event = v.id)
                AND NOT EXISTS (SELECT FROM {effects} e WHERE e.event = v.id)
            FROM {events} v WHERE v.id > $1 ORDER BY v.id LIMIT $2
            """, [.integer(cursor.event), .integer(Int64(room)), before])
        let settled = events.filter { $0.bool(1) }.map { $0.int(0) }
        let bounds = settled.bounds
        var deleted = ended.count
        if !settled.isEmpty {
            deleted += try execute(
                "DELETE FROM {events} WHERE id = ANY($1) AND id BETWEEN $2 AND $3",
                [.integers(settled), .integer(bounds.least), .integer(bounds.greatest)])
        }
        if events.count == room { next.event = events.count > 0 ? events[events.count - 1].int(0) : cursor.event }

        deleted += try execute(
            """
            DELETE FROM {rejections} WHERE id IN (
                SELECT id FROM {rejections} WHERE created_at < $1 ORDER BY id LIMIT $2)
            """, [before, .integer(Int64(limit - deleted))])
        return (deleted, next)
    }

    private func delete(effects: [Int64]) throws {
        guard !effects.isEmpty else { return }
        let bounds = effects.bounds
        let parameters: [PostgresValue] = [
            .integers(effects), .integer(bounds.least), .integer(bounds.greatest),
        ]
        _ = try pipeline([
            ("DELETE FROM {attempts} WHERE effect = ANY($1) AND effect BETWEEN $2 AND $3", parameters),
            ("DELETE FROM {progress} WHERE effect = ANY($1)", [.integers(effects)]),
            ("DELETE FROM {outcomes} WHERE effect = ANY($1) AND effect BETWEEN $2 AND $3", parameters),
            ("DELETE FROM {effects} WHERE id = ANY($1) AND id BETWEEN $2 AND $3", parameters),
        ])
    }
}
