internal import Ensue

/// Where effects go that have been removed from their places: gathered row by row, written table by table.
struct Moves {
    private var ended = Ended()
    private var attempted = Attempted()
    private var scheduled = Scheduled()
    private var parked = Parked()
    private var ready: (effects: [Int64], runs: [Int64]) = ([], [])

    private struct Ended {
        var effects: [Int64] = [], outcomes: [String] = [], runs: [Int64] = [], leases: [Int64?] = []
        var accounts: [Int64] = [], kinds: [Int64] = [], outputs: [String?] = [], errors: [String?] = []
        var starts: [Timestamp?] = []
    }

    private struct Attempted {
        var effects: [Int64] = [], runs: [Int64] = [], results: [String] = [], alone: [Bool] = []
        var leases: [Int64?] = [], errors: [String?] = [], starts: [Timestamp?] = []
    }

    private struct Scheduled {
        var effects: [Int64] = [], spans: [Int64] = [], runs: [Int64] = []
    }

    private struct Parked {
        var effects: [Int64] = [], states: [String] = [], runs: [Int64] = [], leases: [Int64?] = []
        var spans: [Int64?] = [], starts: [Timestamp?] = []
    }

    /// Adds an effect that has just been removed from its place to the next one.
    mutating func put(_ placed: Placed, _ transition: Transition, counting counts: inout Counts) {
        if let attempt = transition.attempted {
            attempted.effects.append(placed.effect.rawValue)
            attempted.runs.append(Int64(placed.run))
            attempted.results.append(attempt.result.rawValue)
            attempted.alone.append(placed.alone)
            attempted.leases.append(placed.lease?.rawValue)
            attempted.errors.append(attempt.error)
            attempted.starts.append(placed.startedAt)
            counts.add(attempt.result.measure, account: placed.account, kind: placed.kind)
        }
        // A run that is put behind the effect makes the next one a new run; a waiting effect keeps its number.
        let next = placed.run + 1
        switch transition.destination {
        case .ready: putReady(placed.effect, run: next)
        case .scheduled(let span): schedule(placed.effect, after: span, run: next)
        case .deferred(let span): park(placed, "deferred", within: span)
        case .uncertain: park(placed, "uncertain", within: nil)
        case .ended(let kind, let output, let error):
            end(placed, kind, output: output, error: error)
            counts.add(kind.measure, account: placed.account, kind: placed.kind)
        }
    }

    mutating func putReady(_ effect: EffectID, run: Int) {
        ready.effects.append(effect.rawValue)
        ready.runs.append(Int64(run))
    }

    private mutating func schedule(_ effect: EffectID, after span: Duration, run: Int) {
        scheduled.effects.append(effect.rawValue)
        scheduled.spans.append(span.storedMilliseconds)
        scheduled.runs.append(Int64(run))
    }

    private mutating func park(_ placed: Placed, _ state: String, within span: Duration?) {
        parked.effects.append(placed.effect.rawValue)
        parked.states.append(state)
        parked.runs.append(Int64(placed.run))
        parked.leases.append(placed.lease?.rawValue)
        parked.spans.append(span?.storedMilliseconds)
        parked.starts.append(placed.startedAt)
    }

    private mutating func end(_ placed: Placed, _ kind: Outcome.Kind, output: JSONText?, error: String?) {
        ended.effects.append(placed.effect.rawValue)
        ended.outcomes.append(kind.rawValue)
        ended.runs.append(Int64(placed.run))
        ended.leases.append(placed.lease?.rawValue)
        ended.accounts.append(placed.account)
        ended.kinds.append(placed.kind)
        ended.outputs.append(output?.text)
        ended.errors.append(error?.withoutNUL)
        ended.starts.append(placed.startedAt)
    }

    // MARK: Writing

    /// Writes everything; returns what that makes possible.
    func write(_ write: Write) throws -> StoreChanges {
        var changes: StoreChanges = []
        if !attempted.effects.isEmpty { try writeAttempts(write) }
        if !ready.effects.isEmpty {
            let bounds = ready.effects.bounds
            try write.execute(
                Self.insertReady,
                [.integers(ready.effects), .integers(ready.runs), .integer(bounds.least), .integer(bounds.greatest)])
            try write.execute("SELECT {wake}(NULL)")
            changes.insert(.effects)
        }
        if !scheduled.effects.isEmpty {
            try write.execute(
                """
                INSERT INTO {scheduled} (effect, due_at, run)
                SELECT effect, {clock}() + span * interval '1 millisecond', run
                FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS m (effect, span, run)
                """, [.integers(scheduled.effects), .integers(scheduled.spans), .integers(scheduled.runs)])
            changes.insert(.schedule)
        }
        if !parked.effects.isEmpty { changes.formUnion(try writeParked(write)) }
        if !ended.effects.isEmpty { changes.formUnion(try writeOutcomes(write)) }
        return changes
    }

    private func writeAttempts(_ write: Write) throws {
        try write.execute(
            """
            INSERT INTO {attempts} (effect, run, result, alone, lease, error, started_at, ended_at)
            SELECT effect, run, result, alone, lease, error, started_at, {clock}()
            FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::boolean[], $5::bigint[], $6::text[],
                $7::timestamptz[]) AS m (effect, run, result, alone, lease, error, started_at)
            """,
            [
                .integers(attempted.effects), .integers(attempted.runs), .texts(attempted.results),
                .booleans(attempted.alone), .optionalIntegers(attempted.leases),
                .optionalTexts(attempted.errors.map { $0?.withoutNUL }), .times(attempted.starts),
            ])
    }

    private func writeParked(_ write: Write) throws -> StoreChanges {
        try write.execute(
            """
            INSERT INTO {parked} (effect, state, run, lease, deadline, started_at)
            SELECT effect, state, run, lease, {clock}() + span * interval '1 millisecond', started_at
            FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[])
                AS m (effect, state, run, lease, span, started_at)
            """,
            [
                .integers(parked.effects), .texts(parked.states), .integers(parked.runs),
                .optionalIntegers(parked.leases), .optionalIntegers(parked.spans), .times(parked.starts),
            ])
        return parked.spans.contains { $0 != nil } ? .schedule : []
    }

    private func writeOutcomes(_ write: Write) throws -> StoreChanges {
        try write.execute(
            """
            INSERT INTO {outcomes} (effect, outcome, run, lease, account, kind, output, error, started_at, completed_at)
            SELECT effect, outcome, run, lease, account, kind, output, error, started_at, {clock}()
            FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::json[],
                $8::text[], $9::timestamptz[])
                AS m (effect, outcome, run, lease, account, kind, output, error, started_at)
            """,
            [
                .integers(ended.effects), .texts(ended.outcomes), .integers(ended.runs),
                .optionalIntegers(ended.leases), .integers(ended.accounts), .integers(ended.kinds),
                .jsons(ended.outputs), .optionalTexts(ended.errors), .times(ended.starts),
            ])
        let followed = try write.execute(
            "INSERT INTO {ended} (effect, told) " + Endings.followed("$1", "$2") + " ON CONFLICT DO NOTHING",
            [.integers(ended.effects), .texts(ended.outcomes)])
        return followed > 0 ? [.outcomes, .endings] : .outcomes
    }

    /// Makes effects claimable. Those whose workers died more than once will be leased alone.
    private static let insertReady = """
        INSERT INTO {ready} (kind, account, priority, effect, run, alone)
        SELECT k.id, c.id, e.priority, e.id, m.run,
            m.run > \(Poison.suspectedAfter)
                AND (SELECT count(*) FROM {attempts} x WHERE x.effect = e.id AND x.result = 'lost')
                    >= \(Poison.suspectedAfter)
        FROM unnest($1::bigint[], $2::bigint[]) AS m (effect, run) JOIN {effects} e ON e.id = m.effect
        JOIN {kinds} k ON k.name = e.kind JOIN {accounts} c ON c.name = e.account
        WHERE e.id BETWEEN $3 AND $4
        """
}

/// Which endings are put into the queue `ended`.
enum Endings {
    /// A SELECT of those of `effects`, ending as `outcomes`, that somebody follows: a rule that listens, looked up in
    /// the transaction that settles, or a table that wants the completion written back. The second column says whether
    /// a rule listens. While no table is adopted, that is all that is asked.
    static func followed(_ effects: String, _ outcomes: String) -> String {
        """
        SELECT n.effect, n.told FROM (
            SELECT o.effect, coalesce(CASE o.outcome WHEN 'completed' THEN f.completed WHEN 'failed' THEN f.failed
                ELSE f.cancelled END, false) AS told
            FROM unnest(\(effects)::bigint[], \(outcomes)::text[]) AS o (effect, outcome), (
                SELECT bool_or(follows_completed) AS completed, bool_or(follows_failed) AS failed,
                    bool_or(follows_cancelled) AS cancelled
                FROM {rules} WHERE seen_at > {clock}() - interval '\(Rule.lifetimeInDays) days') AS f) AS n
        WHERE (SELECT EXISTS (SELECT FROM {rules} WHERE follows_completed OR follows_failed OR follows_cancelled)
                OR EXISTS (SELECT FROM {adoptions}))
            AND (n.told OR CASE WHEN EXISTS (SELECT FROM {adoptions})
            THEN (SELECT true FROM {adopted} d WHERE d.effect = n.effect) END)
        """
    }
}

/// What has been counted in one verb.
struct Counts {
    private struct Key: Hashable {
        let account: Int64
        let kind: Int64
        let measure: Counter.Measure
    }

    private var counted: [Key: Int64] = [:]

    var isEmpty: Bool { counted.isEmpty }

    mutating func add(_ measure: Counter.Measure, account: Int64, kind: Int64, count: Int64 = 1) {
        counted[Key(account: account, kind: kind, measure: measure), default: 0] += count
    }

    /// The columns account, kind, measure and count.
    var parameters: [PostgresValue] {
        let all = Array(counted)
        return [
            .integers(all.map(\.key.account)), .integers(all.map(\.key.kind)),
            .texts(all.map(\.key.measure.rawValue)), .integers(all.map(\.value)),
        ]
    }

    /// The delta rows, without touching any row that others write.
    static let insert = """
        INSERT INTO {counts} (account, kind, measure, count)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[])
        """
}

extension Duration {
    /// Milliseconds, at most a thousand years of them: what can be added to any present time.
    var storedMilliseconds: Int64 { min(max(milliseconds, -31_557_600_000_000), 31_557_600_000_000) }
}

extension String {
    /// PostgreSQL holds no NUL; what an error's text has of it is shown as U+FFFD.
    var withoutNUL: String { utf8.contains(0) ? replacing("\0", with: "\u{FFFD}") : self }
}

extension [Int64] {
    /// The least and the greatest, with which statements name the partitions that they need; 0 and 0 if empty.
    var bounds: (least: Int64, greatest: Int64) { (self.min() ?? 0, self.max() ?? 0) }
}
