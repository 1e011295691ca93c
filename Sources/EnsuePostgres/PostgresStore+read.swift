public import Ensue

extension PostgresStore {
    public func event(_ id: EventID) async throws -> RecordedEvent? {
        try await runner.perform("event") { try $0.events([id.rawValue])[id] }
    }

    public func effect(_ id: EffectID) async throws -> EffectRecord? {
        try await runner.perform("effect") { try $0.effect(id) }
    }

    public func counters() async throws -> [Counter] {
        try await runner.perform("counters") { write in
            try write.rows(
                """
                SELECT a.name, k.name, c.measure, sum(c.count)::bigint
                FROM (SELECT account, kind, measure, count FROM {counters}
                    UNION ALL SELECT account, kind, measure, count FROM {counts}) AS c
                JOIN {accounts} a ON a.id = c.account LEFT JOIN {kinds} k ON k.id = c.kind
                GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
                """
            ).compactMap { row in
                guard let measure = Counter.Measure(rawValue: row.text(2)) else { return nil }
                return Counter(
                    account: Account(wellFormed: row.text(0)),
                    kind: row.optionalText(1).map { EffectKind(wellFormed: $0) }, measure: measure,
                    count: Int(row.int(3)))
            }
        }
    }
}

extension Write {
    func effect(_ id: EffectID) throws -> EffectRecord? { try effects([id.rawValue])[id] }

    /// Those of some effects that are there.
    func effects(_ ids: [Int64]) throws -> [EffectID: EffectRecord] {
        guard let first = ids.first else { return [:] }
        let isOne = ids.count == 1
        let bounds = ids.bounds
        let wanted: [PostgresValue] =
            isOne ? [.integer(first)] : [.integers(ids), .integer(bounds.least), .integer(bounds.greatest)]
        let results = try pipeline([
            (isOne ? Self.oneEffect : Self.manyEffects, wanted),
            (
                """
                SELECT effect, run, result, error, started_at, ended_at FROM {attempts}
                WHERE \(isOne ? "effect = $1" : "effect = ANY($1) AND effect BETWEEN $2 AND $3") ORDER BY effect, id
                """, wanted
            ),
        ])
        var attempts: [Int64: [Attempt]] = [:]
        for row in results[1] {
            guard let result = Attempt.Result(rawValue: row.text(2)) else { continue }
            attempts[row.int(0), default: []].append(
                Attempt(
                    run: Int(row.int(1)), result: result, error: row.optionalText(3), startedAt: row.optionalTime(4),
                    endedAt: row.time(5)))
        }
        var records: [EffectID: EffectRecord] = [:]
        for row in results[0] {
            let record = try EffectRecord(row, attempts: attempts[row.int(0)] ?? [])
            records[record.id] = record
        }
        return records
    }

    /// Leases are looked through only for what is in no other place, and all of them at most once.
    private static let oneEffect = """
        \(EffectRecord.columns)
        LEFT JOIN LATERAL (SELECT x.id FROM {leases} x
            WHERE \(EffectRecord.isNowhereElse) AND x.open @> ARRAY[e.id] LIMIT 1) AS l ON true
        WHERE e.id = $1
        """
    private static let manyEffects = """
        WITH held AS MATERIALIZED (
            SELECT x.id, o.effect FROM {leases} x CROSS JOIN unnest(x.open) AS o (effect)
            JOIN unnest($1::bigint[]) AS w (effect) ON w.effect = o.effect WHERE o.effect BETWEEN $2 AND $3)
        \(EffectRecord.columns)
        LEFT JOIN LATERAL (SELECT h.id FROM held h
            WHERE \(EffectRecord.isNowhereElse) AND h.effect = e.id LIMIT 1) AS l ON true
        WHERE e.id = ANY($1) AND e.id BETWEEN $2 AND $3
        """
}

extension EffectRecord {
    /// By the place rule an effect is in exactly one of these places. One statement, so that all show one moment.
    fileprivate static let columns = """
        SELECT e.id, e.account, e.kind, e.payload, e.key, e.priority, e.created_at, e.event, e.rule, e.cause,
            e.replay_of, e.depth, coalesce(k.seen_at > {clock}() - interval '\(Rule.lifetimeInDays) days', false),
            o.outcome, o.run, o.output, o.error, o.started_at, o.completed_at,
            p.state, p.run, p.lease, p.deadline, s.run, s.due_at, r.run, l.id, CASE WHEN l.id IS NOT NULL
                THEN (SELECT coalesce(max(a.run), 0) + 1 FROM {attempts} a WHERE a.effect = e.id) END,
            g.fraction, g.note, g.at, e.approval IS NOT NULL OR k.needs_approval
        FROM {effects} e JOIN {kinds} k ON k.name = e.kind JOIN {accounts} c ON c.name = e.account
        LEFT JOIN {outcomes} o ON o.effect = e.id
        LEFT JOIN {parked} p ON p.effect = e.id
        LEFT JOIN {scheduled} s ON s.effect = e.id
        LEFT JOIN {ready} r ON r.kind = k.id AND r.account = c.id AND r.priority = e.priority AND r.effect = e.id
        LEFT JOIN {progress} g ON g.effect = e.id
        """
    fileprivate static let isNowhereElse =
        "o.effect IS NULL AND p.effect IS NULL AND s.effect IS NULL AND r.effect IS NULL"

    /// Reads a row of ``columns``.
    fileprivate init(_ row: PostgresRow, attempts: [Attempt]) throws {
        self.init(
            id: EffectID(rawValue: row.int(0)), account: Account(wellFormed: row.text(1)),
            kind: EffectKind(wellFormed: row.text(2)), payload: JSONText(trusted: row.text(3)),
            key: row.optionalText(4), priority: Priority(rawValue: Int(row.int(5))) ?? .normal,
            createdAt: row.time(6), origin: EffectOrigin(row, from: 7), depth: Int(row.int(11)),
            state: try Self.state(row), attempts: attempts, progress: Self.progress(row), hasHandler: row.bool(12),
            needsApproval: row.bool(31))
    }

    private static func state(_ row: PostgresRow) throws -> EffectState {
        if let outcome = row.optionalText(13).flatMap(Outcome.Kind.init(rawValue:)) {
            return .ended(
                Outcome(
                    kind: outcome, run: Int(row.int(14)), output: row.optionalText(15).map(JSONText.init(trusted:)),
                    error: row.optionalText(16), startedAt: row.optionalTime(17), completedAt: row.time(18)))
        }
        if let parked = row.optionalText(19) {
            let run = Int(row.int(20))
            switch parked {
            case "held": return .held
            case "uncertain": return .uncertain(run: run)
            default:
                return .deferred(
                    run: run, lease: LeaseID(rawValue: row.optionalInt(21) ?? 0),
                    deadline: row.optionalTime(22) ?? Timestamp(milliseconds: 0))
            }
        }
        if let due = row.optionalTime(24) { return .scheduled(run: Int(row.int(23)), due: due) }
        if let run = row.optionalInt(25) { return .ready(run: Int(run)) }
        guard let lease = row.optionalInt(26) else {
            throw StoreError(.corrupt, operation: "effect", detail: "an effect is in no place")
        }
        return .running(run: Int(row.int(27)), lease: LeaseID(rawValue: lease))
    }

    private static func progress(_ row: PostgresRow) -> EffectRecord.Progress? {
        row.optionalTime(30).map { at in
            EffectRecord.Progress(fraction: row.optionalDouble(28), note: row.optionalText(29), at: at)
        }
    }
}
