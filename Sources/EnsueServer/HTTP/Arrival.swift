internal import Ensue

/// Something that was sent: new, or known already by its key.
///
/// What is known is acknowledged as a duplicate even if it would be refused by now: the same delivery must not be
/// accepted first and refused when it comes again.
enum Arrival<Item: Sendable, ID: RowID>: Sendable {
    case new(Item)
    case known(Item, Receipt<ID>)

    var item: Item {
        switch self {
        case .new(let item), .known(let item, _): item
        }
    }
}

extension Arrival {
    /// `item` if `check` lets it pass or `known` finds it; throws what `check` throws otherwise.
    init(
        _ item: Item, unless check: (Item) async throws -> Item, known: (Item) async throws -> ID?
    ) async throws {
        do { self = .new(try await check(item)) } catch {
            guard let id = try await known(item) else { throw error }
            self = .known(item, Receipt(id: id, isDuplicate: true))
        }
    }
}

extension [Arrival<EventDraft, EventID>] {
    /// Records what is new, in one transaction. A receipt for each, in their order.
    func recorded(in store: any Store) async throws -> [Receipt<EventID>] {
        let new = compactMap { if case .new(let draft) = $0 { draft } else { nil } }
        return receipts(new.isEmpty ? [] : try await store.record(new))
    }
}

extension [Arrival<EffectRequest, EffectID>] {
    /// Requests what is new, in one transaction. A receipt for each, in their order.
    func requested(of engine: Engine) async throws -> [Receipt<EffectID>] {
        let new = compactMap { if case .new(let request) = $0 { request } else { nil } }
        return receipts(new.isEmpty ? [] : try await engine.request(new))
    }
}

extension Array {
    /// Puts the receipts of what was new between those of what was known.
    private func receipts<Item, ID>(_ new: [Receipt<ID>]) -> [Receipt<ID>] where Element == Arrival<Item, ID> {
        var rest = new.makeIterator()
        return compactMap { arrival in
            guard case .known(_, let receipt) = arrival else { return rest.next() }
            return receipt
        }
    }
}

extension Store {
    func event(withKey key: String?, of account: Account) async throws -> EventID? {
        guard let key else { return nil }
        var query = EventQuery(account: account, key: key, limit: 1)
        repeat {
            let page = try await events(query)
            if let event = page.items.first { return event.id }
            query.before = page.next
        } while query.before != nil
        return nil
    }

    func effect(withKey key: String?, of account: Account) async throws -> EffectID? {
        guard let key else { return nil }
        var query = EffectQuery(account: account, key: key, limit: 1)
        repeat {
            let page = try await effects(query)
            if let effect = page.items.first { return effect.id }
            query.before = page.next
        } while query.before != nil
        return nil
    }
}

extension Engine {
    /// A request that is acceptable as the server is set, or known by its key.
    func arrival(
        _ request: EffectRequest, unknownKinds: ServerOptions.UnknownKinds
    ) async throws -> Arrival<EffectRequest, EffectID> {
        try await Arrival(try request.checked()) { request in
            try await accept(request, unknownKinds: unknownKinds)
            return request
        } known: {
            $0.kind.isListener ? nil : try await store.effect(withKey: $0.key, of: $0.account)
        }
    }
}

extension KnownTypes {
    /// A draft that may be recorded, or one that is known by its key.
    func arrival(_ draft: EventDraft) async throws -> Arrival<EventDraft, EventID> {
        // What could never have been accepted is no duplicate, whatever its key.
        try await Arrival(try draft.checked()) {
            try checked($0)
        } known: {
            try await engine.store.event(withKey: $0.key, of: $0.account)
        }
    }
}
