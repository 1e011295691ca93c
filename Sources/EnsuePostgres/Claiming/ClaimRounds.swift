/// Where effects of one kind and account wait, of one priority.
struct ReadyGroup: Sendable, Hashable {
    let kind: Int64
    let account: Int64
    let priority: Int64
}

/// How much to take from which group, round by round. Pure state.
///
/// In every round the accounts of a kind that still have something are brought to the same number, with what earlier
/// rounds gave them; within an account the urgent come first. What an account does not need goes to the others in the
/// next round.
struct ClaimRounds {
    struct Take: Sendable, Hashable {
        let group: ReadyGroup
        let limit: Int
    }

    private struct Kind {
        let kind: Int64
        var wanted: Int
        /// In the order of their turns.
        var accounts: [Account]
    }

    private struct Account {
        let account: Int64
        /// Those that may have something, most urgent first.
        var groups: [ReadyGroup]
        var taken = 0
    }

    private var kinds: [Kind]
    /// The last account of each kind that the first round gave as much as any: the next claim begins behind it.
    private(set) var served: [Int64: Int64] = [:]
    private var isFirst = true

    /// `turns` says which account of a kind was served last.
    init(wanted: [(kind: Int64, limit: Int)], groups: [ReadyGroup], turns: [Int64: Int64]) {
        kinds = wanted.map { kind, limit in
            let own = Dictionary(grouping: groups.filter { $0.kind == kind }, by: \.account)
            let last = turns[kind] ?? 0
            let order = own.keys.filter { $0 > last }.sorted() + own.keys.filter { $0 <= last }.sorted()
            return Kind(
                kind: kind, wanted: limit,
                accounts: order.map {
                    Account(account: $0, groups: (own[$0] ?? []).sorted { $0.priority < $1.priority })
                })
        }
    }

    /// What to take now; empty when nothing more is wanted or there.
    mutating func next() -> [Take] {
        var takes: [Take] = []
        for kind in kinds where kind.wanted > 0 && !kind.accounts.isEmpty {
            let total = kind.accounts.reduce(kind.wanted) { $0 + $1.taken }
            let (share, rest) = total.quotientAndRemainder(dividingBy: kind.accounts.count)
            // Who gets one more than the others, unless earlier rounds gave it already.
            var extras = rest - kind.accounts.count { $0.taken > share }
            for account in kind.accounts {
                let hasExtra = account.taken <= share && extras > 0
                if hasExtra { extras -= 1 }
                let limit = share - account.taken + (hasExtra ? 1 : 0)
                guard limit > 0, let group = account.groups.first else { continue }
                takes.append(Take(group: group, limit: limit))
                if isFirst, hasExtra || rest == 0 { served[kind.kind] = account.account }
            }
        }
        isFirst = false
        return takes
    }

    /// Notes how much of a take there was. A group that gave less than was asked for has no more.
    mutating func took(_ count: Int, of take: Take) {
        guard let index = kinds.firstIndex(where: { $0.kind == take.group.kind }),
            let account = kinds[index].accounts.firstIndex(where: { $0.account == take.group.account })
        else { return }
        kinds[index].wanted -= count
        kinds[index].accounts[account].taken += count
        guard count < take.limit else { return }
        kinds[index].accounts[account].groups.removeAll { $0 == take.group }
        if kinds[index].accounts[account].groups.isEmpty { kinds[index].accounts.remove(at: account) }
    }
}
