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
        let scope = ListScope(
            table: .effects, account: query.account.rawValue, name: query.kind?.rawValue, ids: ids, since: query.since,
            until: query.until)
        let leases = OpenLeases()
        var collector = PageCollector(limit: query.limit)
        if let event = query.event {
            try collect(event, query, scope, leases, &collector)
        } else if let state = query.state {
            try collect(state, scope, leases, &collector)
        } else {
            try collectByBlocks(scope, scan: scope.table.scan, &collector)
        }
        return try collector.page(
            { try effect(EffectID(rawValue: $0), leases: leases).flatMap { query.matches($0) ? $0 : nil } },
            bytes: { $0.payload.text.utf8.count + ($0.outcome?.output?.text.utf8.count ?? 0) })
    }

    private func effects(_ query: EffectQuery, key: String) throws -> Page<EffectRecord, EffectID> {
        let id: Int64? = try value(
            "SELECT effect FROM {effect_keys} WHERE account = ? AND key = ?", [query.account.rawValue, key])
        guard let id, id < query.before?.rawValue ?? .max, let record = try effect(EffectID(rawValue: id)),
            query.matches(record)
        else { return Page([], next: nil) }
        return Page([record], next: nil)
    }

    /// The few effects of an event. Their states are looked up one by one, which costs as much as many rows.
    private func collect(
        _ event: EventID, _ query: EffectQuery, _ scope: ListScope, _ leases: OpenLeases,
        _ collector: inout PageCollector
    ) throws {
        try collectByIndex(scope, ListStatement.ofEvent, { $0.bind(event.rawValue, 5) }, &collector) { id, collector in
            guard let state = query.state else { return true }
            collector.spend(20)
            return try effect(EffectID(rawValue: id), leases: leases)?.state.name == state.rawValue
        }
    }

    /// Effects of a state, from the place of that state; the wide ledger is never gone through for it.
    private func collect(
        _ state: EffectQuery.State, _ scope: ListScope, _ leases: OpenLeases, _ collector: inout PageCollector
    ) throws {
        switch state {
        case .held, .scheduled, .deferred, .uncertain, .completed:
            guard let scan = ListStatement.scan(of: state) else { return }
            try collectByBlocks(scope, head: ListStatement.head(of: state), scan: scan, &collector)
        case .running: try collect(try leases.effects(self).sorted(by: >), scope, &collector)
        case .ready:
            let queues = try kindIDs(scope).flatMap { kind in Priority.allCases.map { (kind, Int64($0.rawValue)) } }
            let next = try raw(ListStatement.nextReady)
            guard try bindAccount(scope, next) else { return }
            try collectByMerging(queues, scope, &collector) { queue, top in
                next.bind(queue.0, 2)
                next.bind(queue.1, 3)
                next.bind(top, 4)
                return try next.firstInt()
            }
        case .failed, .cancelled:
            let next = try raw(ListStatement.nextEnded(state))
            guard try bindAccount(scope, next) else { return }
            try collectByMerging(try kindIDs(scope), scope, &collector) { kind, top in
                next.bind(kind, 2)
                next.bind(top, 3)
                return try next.firstInt()
            }
        }
    }

    /// Binds the account's number; false if nothing ever came in for it.
    private func bindAccount(_ scope: ListScope, _ statement: RawStatement) throws -> Bool {
        let id: Int64? = try value("SELECT id FROM {accounts} WHERE name = ?", [scope.account])
        statement.bind(id, 1)
        return id != nil
    }

    private func kindIDs(_ scope: ListScope) throws -> [Int64] {
        guard let kind = scope.name else { return try rows("SELECT id FROM {kinds}").map { $0[0] } }
        return try rows("SELECT id FROM {kinds} WHERE name = ?", [kind]).map { $0[0] }
    }
}
