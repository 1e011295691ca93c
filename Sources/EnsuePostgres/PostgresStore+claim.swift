public import Ensue

extension PostgresStore {
    public func claim(_ claim: Claim) async throws -> [ClaimedEffect] {
        let (claiming, clock) = (claiming, clock)
        return try await runner.attempt("claim") { session, write in
            do { return try write.claim(claim, state: claiming, clock: clock) } catch let error as PostgresError
                where error.constraint == "leases_pkey"
            {
                // An earlier try was committed after all.
                if session.isInTransaction { try session.script("ROLLBACK") }
                guard let earlier = try write.recognised(claim) else { throw error }
                return try write.claimed(earlier)
            }
        }
    }
}

/// An effect that has just been moved from `ready` into a lease.
struct Leased {
    let effect: Int64
    let group: ReadyGroup
    let run: Int
    let alone: Bool
    var lease = LeaseID(rawValue: 0)
}

extension Write {
    mutating func claim(_ claim: Claim, state: ClaimState, clock: any EngineClock) throws -> [ClaimedEffect] {
        if isDoubtful, let earlier = try recognised(claim) { return try claimed(earlier) }
        let ids = try knownKindIDs(claim.quotas.map(\.kind))
        let wanted = claim.quotas.compactMap { quota in ids[quota.kind].map { (kind: $0, limit: quota.limit) } }
        let groups = try groups(of: wanted.map(\.kind), state: state, clock: clock)
        guard !groups.isEmpty else { return [] }
        var rounds = ClaimRounds(wanted: wanted, groups: Array(groups.keys), turns: state.turns)
        guard let leased = try take(&rounds, groups) else { return [] }
        state.served(rounds.served)
        state.taken(
            upTo: Dictionary(leased.map { ($0.group, $0.effect) }, uniquingKeysWith: { max($0, $1) }))
        return try lease(leased, to: claim)
    }

    // MARK: Looking

    /// The groups in which something of these kinds is ready, with positions that lie before it.
    func groups(of kinds: [Int64], state: ClaimState, clock: any EngineClock) throws -> [ReadyGroup: Int64] {
        guard !kinds.isEmpty else { return [:] }
        return try state.groups(of: Set(kinds), at: clock.uptime()) ?? sweep(kinds, state: state, clock: clock)
    }

    /// Looks through the whole queue.
    func sweep(_ kinds: [Int64], state: ClaimState, clock: any EngineClock) throws -> [ReadyGroup: Int64] {
        let turns = state.turns
        // For each kind two stretches of accounts: those behind the one that was served last, and the others.
        var (stretches, lows, highs): ([Int64], [Int64], [Int64]) = ([], [], [])
        for kind in kinds {
            let last = turns[kind] ?? 0
            stretches += [kind, kind]
            lows += [last, 0]
            highs += [Int64(Int32.max), last]
        }
        let rows = try rows(
            HotStatement.sweep, [.integers(stretches), .integers(lows), .integers(highs)])
        var found: [ReadyGroup: Int64] = [:]
        var cost = Duration.zero
        for row in rows {
            if row.isNull(0) { cost = .seconds(row.double(4)) } else { found[ReadyGroup(row, from: 0)] = row.int(3) }
        }
        state.swept(Set(kinds), found: found, cost: cost, at: clock.uptime())
        return found
    }

    // MARK: Taking

    /// Takes round by round, in a transaction that is left open; nil if there was nothing, and then it is closed.
    private func take(_ rounds: inout ClaimRounds, _ positions: [ReadyGroup: Int64]) throws -> [Leased]? {
        var taken: [Leased] = []
        var positions = positions
        var takes = rounds.next()
        while !takes.isEmpty {
            let rows = try take(takes, positions, opening: !session.isInTransaction)
            var byGroup: [ReadyGroup: [Leased]] = [:]
            for row in rows {
                let group = ReadyGroup(row, from: 0)
                byGroup[group, default: []].append(
                    Leased(effect: row.int(3), group: group, run: Int(row.int(4)), alone: row.bool(5)))
            }
            for take in takes {
                let found = (byGroup[take.group] ?? []).sorted { $0.effect < $1.effect }
                taken += found
                if let last = found.last { positions[take.group] = last.effect + 1 }
                rounds.took(found.count, of: take)
            }
            takes = rounds.next()
        }
        guard taken.isEmpty else { return taken }
        if session.isInTransaction { _ = try session.query("ROLLBACK") }
        return nil
    }

    private func take(
        _ takes: [ClaimRounds.Take], _ positions: [ReadyGroup: Int64], opening: Bool
    ) throws -> PostgresRows {
        let take = (
            sql: HotStatement.takeReady,
            parameters: [
                PostgresValue.integers(takes.map(\.group.kind)), .integers(takes.map(\.group.account)),
                .integers(takes.map(\.group.priority)), .integers(takes.map { positions[$0.group] ?? 0 }),
                .integers(takes.map { Int64($0.limit) }),
            ]
        )
        guard opening else { return try rows(take.sql, take.parameters) }
        let statements = session.opening.map { (sql: $0, parameters: [PostgresValue]()) } + [take]
        let results = try pipeline(statements)
        return results[results.count - 1]
    }

    // MARK: Leasing

    private mutating func lease(_ leased: [Leased], to claim: Claim) throws -> [ClaimedEffect] {
        var leased = leased
        var number = 1
        for index in leased.indices {
            leased[index].lease = leased[index].alone ? claim.lease(number) : claim.lease(0)
            if leased[index].alone { number += 1 }
        }
        let together = leased.filter { !$0.alone }
        var statements = together.isEmpty ? [] : [Self.inserting(together, claim)]
        statements += leased.filter(\.alone).map { Self.inserting([$0], claim) }
        statements.append((sql: "COMMIT", parameters: []))
        statements += Self.reading(leased)
        let results = try pipeline(statements)
        return try claimed(leased, effects: results[results.count - 2], attempts: results[results.count - 1])
    }

    private static func inserting(_ leased: [Leased], _ claim: Claim) -> (sql: String, parameters: [PostgresValue]) {
        (
            """
            INSERT INTO {leases} (id, worker, open, alone, claimed_at, expires_at)
            VALUES ($1, $2, $3, $4, {clock}(), {clock}() + $5 * interval '1 millisecond')
            """,
            [
                .integer(leased[0].lease.rawValue), .integer(claim.worker.rawValue),
                .integers(leased.map(\.effect).sorted()), .boolean(leased[0].alone),
                .integer(claim.lease.storedMilliseconds),
            ]
        )
    }

    /// What a claim whose commit nobody was told of has taken; nil if it was not committed.
    fileprivate func recognised(_ claim: Claim) throws -> [Leased]? {
        let rows = try rows(
            """
            SELECT l.id, l.alone, o.effect, (SELECT coalesce(max(a.run), 0) + 1 FROM {attempts} a
                WHERE a.effect = o.effect), k.id, c.id, e.priority
            FROM {leases} l CROSS JOIN unnest(l.open) AS o (effect) JOIN {effects} e ON e.id = o.effect
            JOIN {kinds} k ON k.name = e.kind JOIN {accounts} c ON c.name = e.account
            WHERE l.worker = $1 AND l.id >= $2 AND l.id - $2 <= 100000 ORDER BY k.id, c.id, e.priority, o.effect
            """, [.integer(claim.worker.rawValue), .integer(claim.firstLease.rawValue)])
        guard rows.count > 0 else { return nil }
        return rows.map { row in
            Leased(
                effect: row.int(2), group: ReadyGroup(row, from: 4), run: Int(row.int(3)), alone: row.bool(1),
                lease: LeaseID(rawValue: row.int(0)))
        }
    }

    // MARK: Reading what runs need

    private static func reading(_ leased: [Leased]) -> [(sql: String, parameters: [PostgresValue])] {
        let effects = leased.map(\.effect)
        let bounds = effects.bounds
        let again = leased.filter { $0.run > 1 }.map(\.effect)
        let againBounds = again.bounds
        // Where hardly any others lie between them, the whole stretch is read at less cost than each by itself.
        let isDense = bounds.greatest - bounds.least < Int64(effects.count) * 3 / 2
        let range: [PostgresValue] = [.integer(bounds.least), .integer(bounds.greatest)]
        return [
            isDense
                ? (HotStatement.claimedStretch, range)
                : (HotStatement.claimedEffects, range + [.integers(effects)]),
            (HotStatement.histories, [.integers(again), .integer(againBounds.least), .integer(againBounds.greatest)]),
        ]
    }

    fileprivate func claimed(_ leased: [Leased]) throws -> [ClaimedEffect] {
        let results = try pipeline(Self.reading(leased))
        return try claimed(leased, effects: results[0], attempts: results[1])
    }

    private func claimed(
        _ leased: [Leased], effects: PostgresRows, attempts: PostgresRows
    ) throws -> [ClaimedEffect] {
        let histories = try EffectHistory.all(attempts)
        var rows: [Int64: PostgresRow] = Dictionary(minimumCapacity: effects.count)
        for row in effects { rows[row.int(0)] = row }
        let events = try self.events(effects.compactMap { $0.optionalInt(3) })
        var names: [ReadyGroup: (Account, EffectKind)] = [:]
        for group in Set(leased.lazy.map(\.group)) { names[group] = (try account(group.account), try kind(group.kind)) }
        // What has no row stays in its lease until that is given back, and is put aside then.
        return leased.compactMap { leased in
            guard let (account, kind) = names[leased.group], let row = rows[leased.effect] else { return nil }
            let event = row.optionalInt(3).map(EventID.init(rawValue:))
            return ClaimedEffect(
                id: EffectID(rawValue: leased.effect), lease: leased.lease, account: account, kind: kind,
                payload: JSONText(trusted: row.text(1)), key: row.optionalText(2),
                run: leased.run, history: histories[leased.effect] ?? EffectHistory(),
                origin: EffectOrigin(row, from: 3), depth: Int(row.int(7)), event: event.flatMap { events[$0] })
        }
    }
}

extension ReadyGroup {
    /// Reads kind, account and priority from three columns.
    init(_ row: PostgresRow, from index: Int) {
        self.init(kind: row.int(index), account: row.int(index + 1), priority: row.int(index + 2))
    }
}

extension EffectOrigin {
    /// Reads event, rule, cause and replay_of from four columns.
    init(_ row: PostgresRow, from index: Int) {
        self.init(
            event: row.optionalInt(index).map(EventID.init(rawValue:)), rule: row.optionalText(index + 1),
            effect: row.optionalInt(index + 2).map(EffectID.init(rawValue:)),
            replayOf: row.optionalInt(index + 3).map(EffectID.init(rawValue:)))
    }
}

extension EffectHistory {
    /// What rows of effect, result and alone, oldest first, amount to since each effect was last retried by hand.
    static func all(_ rows: PostgresRows) throws -> [Int64: EffectHistory] {
        var all: [Int64: EffectHistory] = [:]
        for row in rows {
            guard let result = Attempt.Result(rawValue: row.text(1)) else { continue }
            all[row.int(0), default: EffectHistory()].add(result, alone: row.bool(2))
        }
        return all
    }
}
