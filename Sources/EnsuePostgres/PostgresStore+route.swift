public import Ensue
internal import Synchronization

extension PostgresStore {
    /// Taking events from `unrouted`, reading the rules and inserting the effects is one transaction, whose statements
    /// each see what was committed before: a change of rules applies to every event recorded after it.
    public func route(limit: Int) async throws -> RoutingReport {
        let (rules, mark, clock) = (rules, unrouted, clock)
        return try await runner.attempt("route") { session, write in
            let start = mark.start(at: clock.uptime())
            let begin = clock.uptime()
            let isWaiting = try write.rows(
                "SELECT 1 FROM {unrouted} WHERE event >= $1 ORDER BY event LIMIT 1", [.integer(start)])
            mark.scanned(from: start, cost: clock.uptime() - begin, upTo: nil, at: clock.uptime())
            guard isWaiting.count > 0 else { return RoutingReport(events: 0, effects: 0) }
            return try session.transaction {
                let taken = try write.rows(HotStatement.unrouted, [.integer(start), .integer(Int64(limit))])
                    .map { $0.int(0) }.sorted()
                guard let last = taken.last else { return RoutingReport(events: 0, effects: 0) }
                mark.scanned(from: 1, cost: .zero, upTo: last, at: clock.uptime())
                let events = try write.readable(taken)
                let effects = try rules.current(write, at: clock.uptime()).effects(of: events)
                if !effects.isEmpty { _ = try write.request(effects) }
                try write.finish()
                return RoutingReport(events: taken.count, effects: effects.count)
            }
        }
    }
}

extension RuleSet {
    fileprivate func effects(of events: [RecordedEvent]) -> [EffectRequest] { events.flatMap { effects(of: $0) } }
}

extension Write {
    /// Events by their ids, in order. One that another program managed to write so that it cannot be read becomes a
    /// rejection: it must not hold up those behind it.
    fileprivate func readable(_ ids: [Int64]) throws -> [RecordedEvent] {
        let bounds = ids.bounds
        let rows = try rows(
            """
            SELECT \(RecordedEvent.columns) FROM {events} v WHERE v.id = ANY($1) AND v.id BETWEEN $2 AND $3 ORDER BY v.id
            """, [.integers(ids), .integer(bounds.least), .integer(bounds.greatest)])
        return try rows.compactMap { row in
            do { return try RecordedEvent(row) } catch {
                try reject(
                    account: row.text(1), source: "events", body: row.text(6),
                    reason: "event \(row.int(0)) cannot be read: \(error)")
                return nil
            }
        }
    }

    func events(_ ids: [Int64]) throws -> [EventID: RecordedEvent] {
        guard !ids.isEmpty else { return [:] }
        let bounds = ids.bounds
        let rows = try rows(
            "SELECT \(RecordedEvent.columns) FROM {events} v WHERE v.id = ANY($1) AND v.id BETWEEN $2 AND $3",
            [.integers(ids), .integer(bounds.least), .integer(bounds.greatest)])
        var events: [EventID: RecordedEvent] = [:]
        for row in rows { events[EventID(rawValue: row.int(0))] = try RecordedEvent(row) }
        return events
    }
}

extension RecordedEvent {
    /// The columns of the table `events`, under the alias `v`, that ``init(_:)`` reads.
    static let columns = """
        v.id, v.account, v.type, v.source, v.key, CASE WHEN v.tags <> '{}' THEN to_json(v.tags) END, v.data,
        coalesce(v.time, v.recorded_at), v.recorded_at, v.cause, v.depth
        """

    init(_ row: PostgresRow) throws {
        self.init(
            id: EventID(rawValue: row.int(0)), account: try Account(row.text(1)), type: try EventType(row.text(2)),
            source: try row.optionalText(3).map { try SourceName($0) }, key: row.optionalText(4),
            tags: try row.optionalText(5).map { try JSONText(trusted: $0).decode() } ?? [],
            data: JSONText(trusted: row.text(6)), time: row.time(7), recordedAt: row.time(8),
            cause: row.optionalInt(9).map(EffectID.init(rawValue:)), depth: Int(row.int(10)))
    }
}

/// The rules in force, read again when their version has changed, and now and then so that forgotten ones lapse.
final class RuleCache: Sendable {
    private static let freshness = Duration.seconds(60)

    private struct Cached {
        let version: Int64
        let hour: Int64
        let at: Duration
        let rules: RuleSet
    }

    private let cached = Mutex<Cached?>(nil)

    /// Call it within the transaction that applies the rules.
    func current(_ write: Write, at now: Duration) throws -> RuleSet {
        let state = try write.rows(
            "SELECT rules_version, extract(epoch FROM {clock}())::bigint / 3600 FROM {store}")[0]
        let (version, hour) = (state.int(0), state.int(1))
        if let known = cached.withLock({ $0 }), known.version == version, known.hour == hour,
            now - known.at < Self.freshness
        {
            return known.rules
        }
        let rows = try write.rows(
            """
            SELECT name, pattern, kind, position FROM {rules}
            WHERE seen_at > {clock}() - interval '\(Rule.lifetimeInDays) days'
            """)
        let rules = RuleSet(
            try rows.map { row in
                Rule(
                    name: row.text(0), pattern: try JSONText(trusted: row.text(1)).decode(),
                    kind: EffectKind(wellFormed: row.text(2)), order: Int(row.int(3)))
            })
        cached.withLock { $0 = Cached(version: version, hour: hour, at: now, rules: rules) }
        return rules
    }
}
