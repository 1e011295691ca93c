internal import Ensue
internal import GRDB

extension Write {
    /// Adds an effect that has just been removed from its place to the next one. The caller has removed it.
    mutating func put(_ placed: Placed, _ transition: Transition, endings: inout Endings) throws {
        if let attempted = transition.attempted {
            try insertAttempt(placed, attempted)
            count(attempted.result.measure, account: placed.account, kind: placed.kind)
        }
        // A run that is put behind the effect makes the next one a new run; a waiting effect keeps its number.
        let next = placed.run + 1
        switch transition.destination {
        case .ready: try putReady(placed.effect, run: next)
        case .scheduled(let span):
            try execute(
                "INSERT INTO {scheduled} (effect, due_at, run) VALUES (?, ?, ?)",
                [placed.effect.rawValue, (now + span).milliseconds, next])
            changes.insert(.schedule)
        case .deferred(let span):
            try park(placed, "deferred", deadline: now + span)
            changes.insert(.schedule)
        case .uncertain: try park(placed, "uncertain", deadline: nil)
        case .ended(let kind, let output, let error):
            try end(placed, kind, output: output, error: error, endings: &endings)
        }
    }

    /// Makes an effect claimable.
    mutating func putReady(_ effect: EffectID, run: Int) throws {
        try execute(
            """
            INSERT INTO {ready} (kind, account, priority, effect, run, alone)
            SELECT k.id, a.id, e.priority, e.id, ?2,
                ?2 > \(Poison.suspectedAfter)
                    AND (SELECT count(*) FROM {attempts} x WHERE x.effect = e.id AND x.result = 'lost')
                        >= \(Poison.suspectedAfter)
            FROM {effects} e JOIN {kinds} k ON k.name = e.kind JOIN {accounts} a ON a.name = e.account
            WHERE e.id = ?1
            """, [effect.rawValue, run])
        changes.insert(.effects)
    }

    private func park(_ placed: Placed, _ state: String, deadline: Timestamp?) throws {
        try execute(
            "INSERT INTO {parked} (effect, state, run, lease, deadline, started_at) VALUES (?, ?, ?, ?, ?, ?)",
            [
                placed.effect.rawValue, state, placed.run, placed.lease?.rawValue, deadline?.milliseconds,
                placed.startedAt?.milliseconds,
            ])
    }

    private func insertAttempt(_ placed: Placed, _ attempted: Transition.Attempted) throws {
        try execute(
            """
            INSERT INTO {attempts} (effect, run, result, alone, error, started_at, ended_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                placed.effect.rawValue, placed.run, attempted.result.rawValue, placed.alone, attempted.error,
                placed.startedAt?.milliseconds, now.milliseconds,
            ])
    }

    private mutating func end(
        _ placed: Placed, _ kind: Outcome.Kind, output: JSONText?, error: String?, endings: inout Endings
    ) throws {
        let insert = try endings.statement(self)
        insert.bind(placed.effect.rawValue, 1)
        insert.bind(kind.rawValue, 2)
        insert.bind(Int64(placed.run), 3)
        insert.bind(placed.lease?.rawValue, 4)
        insert.bind(placed.account, 5)
        insert.bind(placed.kind, 6)
        insert.bind(output?.text, 7)
        insert.bind(error, 8)
        insert.bind(placed.startedAt?.milliseconds, 9)
        insert.bind(now.milliseconds, 10)
        try insert.run()
        count(kind.measure, account: placed.account, kind: placed.kind)
        changes.insert(.outcomes)
        guard try endings.contains(kind, in: self) else { return }
        try execute("INSERT OR IGNORE INTO {ended} (effect) VALUES (?)", [placed.effect.rawValue])
        changes.insert(.endings)
    }

    /// What the earlier runs of an effect amount to, since it was last retried by hand.
    func history(_ effect: EffectID) throws -> EffectHistory {
        var history = EffectHistory()
        for row in try rows(
            "SELECT result, alone FROM {attempts} WHERE effect = ? ORDER BY id", [effect.rawValue])
        {
            let name: String = row[0]
            guard let result = Attempt.Result(rawValue: name) else { continue }
            history.add(result, alone: row[1])
        }
        return history
    }
}

/// What the endings of one verb share: the statement that inserts them, and which of them some rule listens for,
/// looked up in the transaction that settles and at most once there.
struct Endings {
    private var kinds: Set<Outcome.Kind>?
    private var insert: RawStatement?

    /// Inserts an outcome's row.
    mutating func statement(_ write: Write) throws -> RawStatement {
        if let insert { return insert }
        let made = try write.raw(
            """
            INSERT INTO {outcomes} (effect, outcome, run, lease, account, kind, output, error, started_at, completed_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insert = made
        return made
    }

    mutating func contains(_ kind: Outcome.Kind, in write: Write) throws -> Bool {
        if let kinds { return kinds.contains(kind) }
        let row = try write.row(
            """
            SELECT max(follows_completed), max(follows_failed), max(follows_cancelled) FROM {rules}
            WHERE seen_at > ?
            """, [RuleCache.oldest(at: write.now)])
        var found: Set<Outcome.Kind> = []
        for (index, kind) in [Outcome.Kind.completed, .failed, .cancelled].enumerated() {
            if row?[index] == true { found.insert(kind) }
        }
        kinds = found
        return found.contains(kind)
    }
}
