public import Ensue
internal import GRDB

extension SQLiteStore {
    public func effects(_ query: EffectQuery) async throws -> Page<EffectRecord, EffectID> {
        try await read("effects") { try $0.effects(query) }
    }
}

extension Read {
    fileprivate func effects(_ query: EffectQuery) throws -> Page<EffectRecord, EffectID> {
        if let key = query.key { return try effects(query, key: key) }
        let ids = try ids(of: .effects, since: query.since, until: query.until, before: query.before?.rawValue)
        guard let ids else { return Page([], next: nil) }
        let account = query.account.rawValue
        let leases = OpenLeases()
        var ways: [Way] = []
        if let event = query.event {
            ways.append(Way(try raw(ListStatement.ofEvent)) { $0.bind(event.rawValue, 2) })
        }
        if let state = query.state {
            ways.append(try way(to: state, account: account, kind: query.kind?.rawValue, leases))
        }
        ways.append(try way(to: .effects, account: account, name: query.kind?.rawValue))
        ways += [try way(to: .effects, since: query.since, until: query.until)].compactMap(\.self)
        var collector = PageCollector(limit: query.limit)
        try collector.take(ids, onAll: ways)
        return try collector.page(
            { try effect(EffectID(rawValue: $0), leases: leases).flatMap { query.matches($0) ? $0 : nil } },
            bytes: \.bytes)
    }

    private func effects(_ query: EffectQuery, key: String) throws -> Page<EffectRecord, EffectID> {
        let id: Int64? = try value(
            "SELECT effect FROM {effect_keys} WHERE account = ? AND key = ?", [query.account.rawValue, key])
        guard let id, id < query.before?.rawValue ?? .max, let record = try effect(EffectID(rawValue: id)),
            query.matches(record)
        else { return Page([], next: nil) }
        return Page([record], next: nil)
    }

    /// Effects of a state, from the place of that state; the wide ledger is never gone through for it.
    private func way(
        to state: EffectQuery.State, account: String, kind: String?, _ leases: OpenLeases
    ) throws -> Way {
        if let place = ListStatement.place(of: state) { return Way(try raw(place)) }
        if state == .running { return Way(try leases.effects(self).sorted(by: >)) }
        let kinds: [Int64] = try rows("SELECT id FROM {kinds} WHERE ?1 IS NULL OR name = ?1", [kind]).map { $0[0] }
        if state == .ready {
            let statement = try raw(ListStatement.ready)
            statement.bind(account, 2)
            let queues = kinds.flatMap { kind in Priority.allCases.map { (kind: kind, priority: Int64($0.rawValue)) } }
            return Way(
                anyOf: queues.map { queue in
                    Way(statement) { statement in
                        statement.bind(queue.kind, 3)
                        statement.bind(queue.priority, 4)
                    }
                })
        }
        let statement = try raw(ListStatement.ended(state))
        statement.bind(account, 2)
        return Way(anyOf: kinds.map { kind in Way(statement) { $0.bind(kind, 3) } })
    }
}
