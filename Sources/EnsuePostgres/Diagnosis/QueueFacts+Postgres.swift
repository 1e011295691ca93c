internal import Ensue

extension Write {
    /// What waits in the store and who works on it.
    func queueFacts() throws -> QueueFacts {
        var facts = QueueFacts()
        facts.kinds = try rows(Self.waitingKinds).map { row in
            QueueFacts.Kind(
                row.text(0), waiting: row.waiting(from: 1), lastSeen: row.span(3), isHandled: row.bool(4))
        }
        facts.workers = try rows(
            """
            SELECT name, CASE WHEN expires_at <= {clock}()
                THEN extract(epoch FROM {clock}() - expires_at)::double precision END
            FROM {workers} ORDER BY name
            """
        ).map { .init($0.text(0), silence: $0.span(1)) }
        facts.listeners = try rows(
            "SELECT name, extract(epoch FROM {clock}() - seen_at)::double precision FROM {rules} ORDER BY name"
        ).map { .init($0.text(0), lastSeen: $0.span(1) ?? .zero) }
        facts.expiredLeases = try waiting("{leases} WHERE expires_at <= {clock}()", since: "expires_at")
        facts.overdue = try waiting(
            """
            (SELECT due_at AS t FROM {scheduled} WHERE due_at <= {clock}()
                UNION ALL SELECT deadline FROM {parked} WHERE deadline <= {clock}()) AS d
            """, since: "t")
        facts.unrouted = try waiting(
            "{unrouted} q", ids: "event", since: "SELECT recorded_at FROM {events} WHERE id =")
        facts.endings = try waiting(
            "{ended} q", ids: "effect", since: "SELECT completed_at FROM {outcomes} WHERE effect =")
        let requested = "SELECT created_at FROM {effects} WHERE id ="
        facts.uncertain = try waiting("{parked} WHERE state = 'uncertain'", ids: "effect", since: requested)
        facts.held = try waiting("{parked} WHERE state = 'held'", ids: "effect", since: requested)
        return facts
    }

    private static var limit: Int { Diagnosis.countLimit + 1 }

    /// Rows that say themselves since when they wait.
    private func waiting(_ source: String, since column: String) throws -> QueueFacts.Waiting {
        try rows(
            """
            SELECT count(*), extract(epoch FROM {clock}() - min(t))::double precision
            FROM (SELECT \(column) AS t FROM \(source) LIMIT \(Self.limit)) AS w
            """)[0].waiting(from: 0)
    }

    /// Rows whose age is that of what the smallest of their ids names.
    private func waiting(_ source: String, ids: String, since time: String) throws -> QueueFacts.Waiting {
        try rows(
            """
            SELECT w.count, extract(epoch FROM {clock}() - (\(time) w.oldest))::double precision
            FROM (SELECT count(*) AS count, min(id) AS oldest
                FROM (SELECT \(ids) AS id FROM \(source) LIMIT \(Self.limit)) AS q) AS w
            """)[0].waiting(from: 0)
    }

    /// By kind. How long a retried effect has been ready is not stored, so only first runs have an age.
    private static let waitingKinds = """
        SELECT k.name::text, w.count, extract(epoch FROM {clock}() - greatest(e.created_at, e.due_at))::double precision,
            extract(epoch FROM {clock}() - k.seen_at)::double precision,
            EXISTS (SELECT FROM {workers} x WHERE x.expires_at > {clock}() AND k.id = ANY(x.kinds))
        FROM {kinds} k
        CROSS JOIN LATERAL (SELECT count(*) AS count, min(r.effect) FILTER (WHERE r.run = 1) AS oldest
            FROM (SELECT effect, run FROM {ready} WHERE kind = k.id LIMIT \(limit)) AS r) AS w
        LEFT JOIN {effects} e ON e.id = w.oldest
        WHERE w.count > 0 ORDER BY 1
        """
}

extension PostgresRow {
    /// A number of seconds.
    fileprivate func span(_ column: Int) -> Duration? { optionalDouble(column).map { .seconds($0) } }

    /// A count and, in the next column, the age of the oldest.
    fileprivate func waiting(from column: Int) -> QueueFacts.Waiting {
        .init(Int(int(column)), oldest: span(column + 1))
    }
}
