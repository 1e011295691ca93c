internal import Ensue
internal import Logging

/// What some process has to do now and then, one at a time: whoever comes while its row is held leaves it alone.
enum Chore: String {
    case partitions, counters, retention
}

extension PostgresStore {
    /// Does the small chores that are due. A process that cannot, goes on all the same: others may be able to, and
    /// `ensue doctor` tells.
    func doChores() async {
        do {
            let isDue = try await runner.perform("chores") { write in
                let row = try write.row(
                    """
                    SELECT EXISTS (SELECT FROM {chores} WHERE name IN ('partitions', 'counters')
                        AND coalesce(done_at, '-infinity') < {clock}() - interval '\(Self.choreInterval) seconds')
                    """)
                return row?.bool(0) ?? false
            }
            guard isDue else { return }
            try await runner.transact("counters") { write in
                try write.holding(.counters) { try $0.foldCounts() }
            }
            try await runner.transact("partitions") { write in
                try write.holding(.partitions) { try $0.addRanges() }
            }
        } catch {
            logger.warning("cannot do the chores, will try again", metadata: ["error": "\(error)"])
        }
    }

    private static let choreInterval = 15
}

extension Write {
    /// Does a chore if nobody else is at it.
    func holding(_ chore: Chore, _ body: (Write) throws -> Void) throws {
        let name = PostgresValue.text(chore.rawValue)
        guard try row("SELECT 1 FROM {chores} WHERE name = $1 FOR UPDATE SKIP LOCKED", [name]) != nil else { return }
        try body(self)
        try execute("UPDATE {chores} SET done_at = {clock}() WHERE name = $1", [name])
    }

    /// Keeps empty ranges of ids ahead of those that are given out, and notes which have been used up.
    func addRanges() throws {
        for family in ["events", "effects"] {
            let sequence = family == "events" ? "{event_id}" : "{effect_id}"
            // Of many who find the same range missing, one adds it.
            try execute("LOCK TABLE {ranges} IN SHARE ROW EXCLUSIVE MODE")
            let row = try rows(
                """
                SELECT s.last_value, (SELECT max(until) FROM {ranges} WHERE family = $1) FROM \(sequence) AS s
                """, [.text(family)])[0]
            let (last, end) = (row.int(0), row.int(1))
            try execute(
                "UPDATE {ranges} SET full_at = {clock}() WHERE family = $1 AND until <= $2 AND full_at IS NULL",
                [.text(family), .integer(last)])
            var next = end
            while next <= last + IDRange.ahead * IDRange.size {
                try execute(
                    "SELECT {add_range}($1, $2, $3)",
                    [.text(family), .integer(next), .integer(next + IDRange.size)])
                next += IDRange.size
            }
        }
    }

    /// Adds what was counted until a minute ago to the sums.
    func foldCounts() throws {
        try execute(
            """
            WITH folded AS (
                DELETE FROM {counts} WHERE counted_at < {clock}() - interval '1 minute'
                RETURNING account, kind, measure, count
            )
            INSERT INTO {counters} AS c (account, kind, measure, count)
            SELECT account, kind, measure, sum(count) FROM folded GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            ON CONFLICT (account, kind, measure) DO UPDATE SET count = c.count + excluded.count
            """)
    }
}
