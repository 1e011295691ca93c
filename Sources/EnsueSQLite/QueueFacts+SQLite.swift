internal import Ensue
internal import GRDB

extension Read {
    /// What waits in the store and who works on it.
    func queueFacts() throws -> QueueFacts {
        var facts = QueueFacts()
        facts.kinds = try waitingKinds()
        facts.workers = try rows("SELECT name, expires_at FROM {workers} ORDER BY name").map { row in
            let silence = now - Timestamp(milliseconds: row[1])
            return .init(row[0], silence: silence < .zero ? nil : silence)
        }
        facts.listeners = try rows("SELECT name, seen_at FROM {rules} ORDER BY name").map {
            .init($0[0], lastSeen: now - Timestamp(milliseconds: $0[1]))
        }
        facts.expiredLeases = try waiting(
            "SELECT count(*), min(expires_at) FROM {leases} WHERE expires_at <= \(now.milliseconds)")
        facts.overdue = try waiting(
            """
            SELECT count(*), min(t) FROM (
                SELECT t FROM (SELECT due_at AS t FROM {scheduled} WHERE due_at <= \(now.milliseconds)
                    UNION ALL SELECT deadline FROM {parked} WHERE deadline <= \(now.milliseconds)) LIMIT \(Self.limit))
            """)
        facts.unrouted = try waiting("{unrouted}", ids: "event", since: "SELECT recorded_at FROM {events} WHERE id =")
        facts.endings = try waiting(
            "{ended}", ids: "effect", since: "SELECT completed_at FROM {outcomes} WHERE effect =")
        let requested = "SELECT created_at FROM {effects} WHERE id ="
        facts.uncertain = try waiting("{parked} WHERE state = 'uncertain'", ids: "effect", since: requested)
        facts.held = try waiting("{parked} WHERE state = 'held'", ids: "effect", since: requested)
        return facts
    }

    private static var limit: Int { Diagnosis.countLimit + 1 }

    /// The first row of a statement that returns a count and the time of the oldest.
    private func waiting(_ sql: String) throws -> QueueFacts.Waiting {
        guard let row = try row(sql) else { return .init() }
        return .init(row[0], oldest: (row[1] as Int64?).map { now - Timestamp(milliseconds: $0) })
    }

    /// Rows whose age is that of what the smallest of their ids names.
    private func waiting(_ source: String, ids: String, since time: String) throws -> QueueFacts.Waiting {
        try waiting(
            """
            SELECT count, (\(time) oldest) FROM (SELECT count(*) AS count, min(id) AS oldest
                FROM (SELECT \(ids) AS id FROM \(source) LIMIT \(Self.limit)))
            """)
    }

    /// By kind. How long a retried effect has been ready is not stored, so only first runs have an age.
    private func waitingKinds() throws -> [QueueFacts.Kind] {
        try rows(
            """
            SELECT k.id, k.name, k.seen_at, EXISTS (SELECT 1 FROM {workers} w, json_each(w.kinds) j
                WHERE w.expires_at > ? AND j.value = k.name)
            FROM {kinds} k WHERE EXISTS (SELECT 1 FROM {ready} r WHERE r.kind = k.id)
            """, [now.milliseconds]
        ).map { row in
            let id: Int64 = row[0]
            let waiting = try waiting(
                """
                SELECT w.count, max(e.created_at, coalesce(CASE typeof(e.due_at) WHEN 'integer' THEN e.due_at
                    ELSE CAST(round((julianday(e.due_at) - 2440587.5) * 86400000) AS INTEGER) END, 0))
                FROM (SELECT count(*) AS count, min(CASE WHEN run = 1 THEN effect END) AS oldest
                    FROM (SELECT effect, run FROM {ready} WHERE kind = \(id) LIMIT \(Self.limit))) w
                LEFT JOIN {effects} e ON e.id = w.oldest
                """)
            return QueueFacts.Kind(
                row[1], waiting: waiting, lastSeen: (row[2] as Int64?).map { now - Timestamp(milliseconds: $0) },
                isHandled: row[3])
        }
    }
}
