internal import Ensue
internal import Synchronization

/// The small numbers that stand for accounts and kinds. They never change, so that what has been read once holds.
final class Interner: Sendable {
    private struct Known {
        var accounts: [Account: Int64] = [:]
        var kinds: [EffectKind: Int64] = [:]
        var accountNames: [Int64: Account] = [:]
        var kindNames: [Int64: EffectKind] = [:]
    }

    /// Beyond so many accounts everything is forgotten and read anew as it is needed.
    private static let limit = 100_000

    private let known = Mutex(Known())

    func account(_ id: Int64) -> Account? { known.withLock { $0.accountNames[id] } }
    func kind(_ id: Int64) -> EffectKind? { known.withLock { $0.kindNames[id] } }
    func account(_ name: Account) -> Int64? { known.withLock { $0.accounts[name] } }
    func kind(_ name: EffectKind) -> Int64? { known.withLock { $0.kinds[name] } }

    func learn(_ name: Account, _ id: Int64) {
        known.withLock { known in
            if known.accounts.count >= Self.limit { (known.accounts, known.accountNames) = ([:], [:]) }
            known.accounts[name] = id
            known.accountNames[id] = name
        }
    }

    func learn(_ name: EffectKind, _ id: Int64) {
        known.withLock { known in
            known.kinds[name] = id
            known.kindNames[id] = name
        }
    }
}

/// Numbers that one verb has found or given: the transaction in which it did may be undone.
final class GivenNumbers {
    var accounts: [Account: Int64] = [:]
    var kinds: [EffectKind: Int64] = [:]
}

extension Write {
    /// The number of an account, which gets one if it has none.
    func accountID(_ account: Account) throws -> Int64 {
        if let id = interner.account(account) ?? given.accounts[account] { return id }
        let id = try number("{accounts}", account.rawValue)
        given.accounts[account] = id
        return id
    }

    func kindID(_ kind: EffectKind) throws -> Int64 {
        if let id = interner.kind(kind) ?? given.kinds[kind] { return id }
        let id = try number("{kinds}", kind.rawValue)
        given.kinds[kind] = id
        return id
    }

    /// Remembers the numbers that were found or given. Call it when they cannot be undone any more.
    func keepNumbers() {
        for (account, id) in given.accounts { interner.learn(account, id) }
        for (kind, id) in given.kinds { interner.learn(kind, id) }
    }

    private func number(_ table: String, _ name: String) throws -> Int64 {
        let select = "SELECT id FROM \(table) WHERE name = $1"
        if let row = try row(select, [.text(name)]) { return row.int(0) }
        try execute("INSERT INTO \(table) (name) VALUES ($1) ON CONFLICT DO NOTHING", [.text(name)])
        guard let row = try row(select, [.text(name)]) else {
            throw StoreError(.corrupt, operation: "intern", detail: "'\(name)' could not be given a number")
        }
        return row.int(0)
    }

    /// The numbers of those of `kinds` that have one.
    func knownKindIDs(_ kinds: [EffectKind]) throws -> [EffectKind: Int64] {
        let missing = kinds.filter { interner.kind($0) == nil && given.kinds[$0] == nil }
        if !missing.isEmpty {
            let rows = try rows(
                "SELECT id, name FROM {kinds} WHERE name = ANY($1)", [.texts(missing.map(\.rawValue))])
            for row in rows { given.kinds[EffectKind(wellFormed: row.text(1))] = row.int(0) }
        }
        var ids: [EffectKind: Int64] = [:]
        for kind in kinds { ids[kind] = interner.kind(kind) ?? given.kinds[kind] }
        return ids
    }

    func account(_ id: Int64) throws -> Account {
        if let name = interner.account(id) { return name }
        guard let row = try row("SELECT name FROM {accounts} WHERE id = $1", [.integer(id)]) else {
            throw StoreError(.corrupt, operation: "read", detail: "there is no account number \(id)")
        }
        let name = Account(wellFormed: row.text(0))
        given.accounts[name] = id
        return name
    }

    func kind(_ id: Int64) throws -> EffectKind {
        if let name = interner.kind(id) { return name }
        guard let row = try row("SELECT name FROM {kinds} WHERE id = $1", [.integer(id)]) else {
            throw StoreError(.corrupt, operation: "read", detail: "there is no kind number \(id)")
        }
        let name = EffectKind(wellFormed: row.text(0))
        given.kinds[name] = id
        return name
    }
}
