public import Ensue
internal import GRDB

extension SQLiteStore {
    public func event(_ id: EventID) async throws -> RecordedEvent? {
        try await looks.perform("event") { try $0.read.event(id) }
    }

    public func effect(_ id: EffectID) async throws -> EffectRecord? {
        try await looks.perform("effect") { try $0.read.effect(id, leases: $0.leases) }
    }

    public func counters() async throws -> [Counter] {
        try await read("counters") { read in
            try read.rows(
                """
                SELECT a.name, k.name, c.measure, c.count FROM {counters} c
                JOIN {accounts} a ON a.id = c.account LEFT JOIN {kinds} k ON k.id = c.kind
                ORDER BY 1, 2, 3
                """
            ).compactMap { row in
                guard let measure = Counter.Measure(rawValue: row[2]) else { return nil }
                return Counter(
                    account: try Account(row[0] as String), kind: try (row[1] as String?).map { try EffectKind($0) },
                    measure: measure, count: row[3])
            }
        }
    }
}

extension Write {
    func event(_ id: EventID) throws -> RecordedEvent? {
        try row("SELECT \(RecordedEvent.columns) FROM {events} v WHERE v.id = ?", [id.rawValue])
            .map { try RecordedEvent($0) }
    }

    /// An effect with all that became of it. For many of them, give `leases`.
    func effect(_ id: EffectID, leases: OpenLeases? = nil) throws -> EffectRecord? {
        let found = try row(
            """
            SELECT e.account, e.kind, e.payload, e.key, e.event, e.rule, e.cause, e.replay_of, e.depth, e.priority,
                e.created_at, coalesce(k.seen_at > ?2, 0), e.approval IS NOT NULL OR k.needs_approval
            FROM {effects} e JOIN {kinds} k ON k.name = e.kind WHERE e.id = ?1
            """, [id.rawValue, RuleCache.oldest(at: now)])
        guard let found else { return nil }
        let kind = try EffectKind(found[1] as String)
        let account = try Account(found[0] as String)
        let priority = Priority(rawValue: found[9]) ?? .normal
        return EffectRecord(
            id: id, account: account, kind: kind, payload: JSONText(trusted: found[2]), key: found[3],
            priority: priority, createdAt: Timestamp(milliseconds: found[10]), origin: EffectOrigin(found, from: 4),
            depth: found[8], state: try state(id, account, kind, priority, leases), attempts: try attempts(id),
            progress: try progress(id), hasHandler: found[11], needsApproval: found[12])
    }

    /// By the place rule the effect is in exactly one of these places.
    private func state(
        _ id: EffectID, _ account: Account, _ kind: EffectKind, _ priority: Priority, _ leases: OpenLeases?
    ) throws -> EffectState {
        if let outcome = try outcome(id) { return .ended(outcome) }
        if let row = try row(
            "SELECT state, run, lease, deadline FROM {parked} WHERE effect = ?", [id.rawValue])
        {
            return parkedState(row)
        }
        if let row = try row("SELECT run, due_at FROM {scheduled} WHERE effect = ?", [id.rawValue]) {
            return .scheduled(run: row[0], due: Timestamp(milliseconds: row[1]))
        }
        let ready: Int? = try value(
            """
            SELECT r.run FROM {ready} r WHERE r.effect = ? AND r.priority = ?
                AND r.kind = (SELECT id FROM {kinds} WHERE name = ?)
                AND r.account = (SELECT id FROM {accounts} WHERE name = ?)
            """, [id.rawValue, priority.rawValue, kind.rawValue, account.rawValue])
        if let ready { return .ready(run: ready) }
        let lease = try leases.map { try $0.lease(of: id, self) } ?? lease(holding: id)
        guard let lease else {
            throw StoreError(.corrupt, operation: "effect", detail: "effect \(id) is in no place")
        }
        return .running(run: try nextRun(id), lease: lease)
    }

    private func lease(holding id: EffectID) throws -> LeaseID? {
        let lease: Int64? = try value(
            "SELECT l.id FROM {leases} l WHERE EXISTS (SELECT 1 FROM json_each(l.open) j WHERE j.value = ?)",
            [id.rawValue])
        return lease.map(LeaseID.init(rawValue:))
    }

    private func parkedState(_ row: Row) -> EffectState {
        let name: String = row[0]
        let run: Int = row[1]
        if name == "held" { return .held }
        if name == "uncertain" { return .uncertain(run: run) }
        return .deferred(
            run: run, lease: LeaseID(rawValue: row[2] ?? 0), deadline: Timestamp(milliseconds: row[3] ?? 0))
    }

    func outcome(_ id: EffectID) throws -> Outcome? {
        guard
            let row = try row(
                "SELECT outcome, run, output, error, started_at, completed_at FROM {outcomes} WHERE effect = ?",
                [id.rawValue]),
            let kind = Outcome.Kind(rawValue: row[0])
        else { return nil }
        return Outcome(
            kind: kind, run: row[1], output: (row[2] as String?).map(JSONText.init(trusted:)), error: row[3],
            startedAt: (row[4] as Int64?).map(Timestamp.init(milliseconds:)),
            completedAt: Timestamp(milliseconds: row[5]))
    }

    private func attempts(_ id: EffectID) throws -> [Attempt] {
        try rows(
            "SELECT run, result, error, started_at, ended_at FROM {attempts} WHERE effect = ? ORDER BY id",
            [id.rawValue]
        ).compactMap { row in
            guard let result = Attempt.Result(rawValue: row[1]) else { return nil }
            return Attempt(
                run: row[0], result: result, error: row[2],
                startedAt: (row[3] as Int64?).map(Timestamp.init(milliseconds:)),
                endedAt: Timestamp(milliseconds: row[4]))
        }
    }

    private func progress(_ id: EffectID) throws -> EffectRecord.Progress? {
        try row("SELECT fraction, note, at FROM {progress} WHERE effect = ?", [id.rawValue]).map { row in
            EffectRecord.Progress(fraction: row[0], note: row[1], at: Timestamp(milliseconds: row[2]))
        }
    }
}
