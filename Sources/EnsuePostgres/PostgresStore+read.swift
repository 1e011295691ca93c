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
    func effect(_ id: EffectID) throws -> EffectRecord? {
        let results = try pipeline([
            (Self.effectAndPlace, [.integer(id.rawValue)]),
            (
                "SELECT run, result, error, started_at, ended_at FROM {attempts} WHERE effect = $1 ORDER BY id",
                [.integer(id.rawValue)]
            ),
        ])
        guard results[0].count > 0 else { return nil }
        let row = results[0][0]
        let attempts: [Attempt] = results[1].compactMap { row in
            guard let result = Attempt.Result(rawValue: row.text(1)) else { return nil }
            return Attempt(
                run: Int(row.int(0)), result: result, error: row.optionalText(2), startedAt: row.optionalTime(3),
                endedAt: row.time(4))
        }
        return EffectRecord(
            id: id, account: Account(wellFormed: row.text(0)), kind: EffectKind(wellFormed: row.text(1)),
            payload: JSONText(trusted: row.text(2)), key: row.optionalText(3),
            priority: Priority(rawValue: Int(row.int(4))) ?? .normal, createdAt: row.time(5),
            origin: EffectOrigin(row, from: 6), depth: Int(row.int(10)), state: try Self.state(row),
            attempts: attempts, progress: Self.progress(row), hasHandler: row.bool(11))
    }

    /// By the place rule the effect is in exactly one of these places. One statement, so that all show one moment.
    private static let effectAndPlace = """
        SELECT e.account, e.kind, e.payload, e.key, e.priority, e.created_at, e.event, e.rule, e.cause, e.replay_of,
            e.depth, coalesce(k.seen_at > {clock}() - interval '\(Rule.lifetimeInDays) days', false),
            o.outcome, o.run, o.output, o.error, o.started_at, o.completed_at,
            p.state, p.run, p.lease, p.deadline, s.run, s.due_at, r.run,
            l.id, (SELECT coalesce(max(a.run), 0) + 1 FROM {attempts} a WHERE a.effect = e.id),
            g.fraction, g.note, g.at
        FROM {effects} e JOIN {kinds} k ON k.name = e.kind JOIN {accounts} c ON c.name = e.account
        LEFT JOIN {outcomes} o ON o.effect = $1
        LEFT JOIN {parked} p ON p.effect = $1
        LEFT JOIN {scheduled} s ON s.effect = $1
        LEFT JOIN {ready} r ON r.kind = k.id AND r.account = c.id AND r.priority = e.priority AND r.effect = $1
        LEFT JOIN LATERAL (SELECT x.id FROM {leases} x
            WHERE o.effect IS NULL AND p.effect IS NULL AND s.effect IS NULL AND r.effect IS NULL
                AND x.open @> ARRAY[$1] LIMIT 1) AS l ON true
        LEFT JOIN {progress} g ON g.effect = $1
        WHERE e.id = $1
        """

    private static func state(_ row: PostgresRow) throws -> EffectState {
        if let outcome = row.optionalText(12).flatMap(Outcome.Kind.init(rawValue:)) {
            return .ended(
                Outcome(
                    kind: outcome, run: Int(row.int(13)), output: row.optionalText(14).map(JSONText.init(trusted:)),
                    error: row.optionalText(15), startedAt: row.optionalTime(16), completedAt: row.time(17)))
        }
        if let parked = row.optionalText(18) {
            let run = Int(row.int(19))
            switch parked {
            case "held": return .held
            case "uncertain": return .uncertain(run: run)
            default:
                return .deferred(
                    run: run, lease: LeaseID(rawValue: row.optionalInt(20) ?? 0),
                    deadline: row.optionalTime(21) ?? Timestamp(milliseconds: 0))
            }
        }
        if let due = row.optionalTime(23) { return .scheduled(run: Int(row.int(22)), due: due) }
        if let run = row.optionalInt(24) { return .ready(run: Int(run)) }
        guard let lease = row.optionalInt(25) else {
            throw StoreError(.corrupt, operation: "effect", detail: "an effect is in no place")
        }
        return .running(run: Int(row.int(26)), lease: LeaseID(rawValue: lease))
    }

    private static func progress(_ row: PostgresRow) -> EffectRecord.Progress? {
        row.optionalTime(29).map { at in
            EffectRecord.Progress(fraction: row.optionalDouble(27), note: row.optionalText(28), at: at)
        }
    }
}
