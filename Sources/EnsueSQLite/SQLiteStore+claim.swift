public import Ensue
internal import GRDB
internal import Synchronization

extension SQLiteStore {
    /// The writer only moves effects from `ready` into leases; what their runs need is read on another connection.
    public func claim(_ claim: Claim) async throws -> [ClaimedEffect] {
        let leased = try await write("claim") { [turns] write in try write.claim(claim, turns: turns) }
        guard !leased.isEmpty else { return [] }
        return try await read("claim") { read in try read.claimed(leased) }
    }
}

/// An effect that has just been moved from `ready` into a lease.
struct Leased: Sendable {
    let effect: EffectID
    let run: Int
    let alone: Bool
    var lease = LeaseID(rawValue: 0)
}

/// Which account of a kind was served last, so that the next claim begins behind it.
final class AccountTurns: Sendable {
    private let last = Mutex<[Int64: Int64]>([:])

    /// `accounts`, ascending, beginning behind the one served last.
    func order(_ accounts: [Int64], kind: Int64) -> [Int64] {
        let served = last.withLock { $0[kind] } ?? 0
        return accounts.filter { $0 > served } + accounts.filter { $0 <= served }
    }

    func served(_ account: Int64, kind: Int64) { last.withLock { $0[kind] = account } }
}

extension Write {
    mutating func claim(_ claim: Claim, turns: AccountTurns) throws -> [Leased] {
        var leased: [Leased] = []
        for quota in claim.quotas {
            guard let kind: Int64 = try value("SELECT id FROM {kinds} WHERE name = ?", [quota.kind.rawValue]) else {
                continue
            }
            leased += try take(kind, limit: quota.limit, turns: turns)
        }
        guard !leased.isEmpty else { return [] }
        var number = 1
        for index in leased.indices {
            leased[index].lease = leased[index].alone ? claim.lease(number) : claim.lease(0)
            if leased[index].alone { number += 1 }
        }
        let together = leased.filter { !$0.alone }
        if !together.isEmpty { try insertLease(claim, together, alone: false) }
        for single in leased where single.alone { try insertLease(claim, [single], alone: true) }
        return leased
    }

    private func insertLease(_ claim: Claim, _ leased: [Leased], alone: Bool) throws {
        try execute(
            "INSERT INTO {leases} (id, worker, open, alone, claimed_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
            [
                leased[0].lease.rawValue, claim.worker.rawValue, OpenList.text(leased.map(\.effect.rawValue)), alone,
                now.milliseconds, (now + claim.lease).milliseconds,
            ])
    }

    /// Takes up to `limit` of a kind: an equal share for each account first, then what is left in their order.
    private func take(_ kind: Int64, limit: Int, turns: AccountTurns) throws -> [Leased] {
        let accounts = turns.order(try accountsWaiting(kind), kind: kind)
        let share = max(1, limit / max(1, accounts.count))
        var taken: [Leased] = []
        for quota in accounts.count > 1 ? [share, limit] : [limit] {
            for account in accounts where taken.count < limit {
                taken += try take(kind, account: account, limit: min(quota, limit - taken.count))
                turns.served(account, kind: kind)
            }
        }
        return taken
    }

    /// Skips from account to account through the primary key; never walks an account's backlog.
    private func accountsWaiting(_ kind: Int64) throws -> [Int64] {
        try rows(HotStatement.accountsWaiting, [kind]).map { $0[0] }
    }

    private func take(_ kind: Int64, account: Int64, limit: Int) throws -> [Leased] {
        var taken: [Leased] = []
        var last: (priority: Int64, effect: Int64)?
        let oldest = try raw(HotStatement.oldestReady)
        oldest.bind(kind, 1)
        oldest.bind(account, 2)
        oldest.bind(Int64(limit), 3)
        try oldest.forEach {
            let effect = oldest.int(1)
            last = (oldest.int(0), effect)
            taken.append(
                Leased(effect: EffectID(rawValue: effect), run: Int(oldest.int(2)), alone: oldest.int(3) != 0))
        }
        guard let last else { return [] }
        try execute(HotStatement.takeReady, [kind, account, last.priority, last.effect])
        return taken
    }

    /// All that the runs of leased effects need.
    func claimed(_ leased: [Leased]) throws -> [ClaimedEffect] {
        let select = try raw(HotStatement.claimedEffect)
        return try leased.map { leased in
            select.bind(leased.effect.rawValue, 1)
            var claimed: ClaimedEffect?
            try select.forEach {
                let event = select.optionalInt(4).map(EventID.init(rawValue:))
                claimed = ClaimedEffect(
                    id: leased.effect, lease: leased.lease, account: Account(wellFormed: select.text(0)),
                    kind: EffectKind(wellFormed: select.text(1)), payload: JSONText(trusted: select.text(2)),
                    key: select.optionalText(3), run: leased.run,
                    history: leased.run > 1 ? try history(leased.effect) : EffectHistory(),
                    origin: EffectOrigin(
                        event: event, rule: select.optionalText(5),
                        effect: select.optionalInt(6).map(EffectID.init(rawValue:)),
                        replayOf: select.optionalInt(7).map(EffectID.init(rawValue:))),
                    depth: Int(select.int(8)), event: try event.flatMap { try self.event($0) })
            }
            guard let claimed else {
                throw StoreError(.corrupt, operation: "claim", detail: "effect \(leased.effect) has no row")
            }
            return claimed
        }
    }
}

extension EffectOrigin {
    /// Reads event, rule, cause and replay_of from four columns.
    init(_ row: Row, from index: Int) {
        self.init(
            event: (row[index] as Int64?).map(EventID.init(rawValue:)), rule: row[index + 1],
            effect: (row[index + 2] as Int64?).map(EffectID.init(rawValue:)),
            replayOf: (row[index + 3] as Int64?).map(EffectID.init(rawValue:)))
    }
}
