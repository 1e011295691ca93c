public import Ensue
internal import GRDB

extension SQLiteStore {
    public func events(_ query: EventQuery) async throws -> Page<RecordedEvent, EventID> {
        try await read("events") { try $0.events(query) }
    }
}

extension Read {
    fileprivate func events(_ query: EventQuery) throws -> Page<RecordedEvent, EventID> {
        if let key = query.key { return try events(query, key: key) }
        let ids = try ids(of: .events, since: query.since, until: query.until, before: query.before?.rawValue)
        guard let ids else { return Page([], next: nil) }
        let account = query.account.rawValue
        var ways: [Way] = []
        if let source = query.source {
            ways.append(
                Way(try raw(ListStatement.ofSource)) { statement in
                    statement.bind(account, 2)
                    statement.bind(source.description, 3)
                })
        }
        if query.source == nil || query.type != nil {
            ways.append(try way(to: .events, account: account, name: query.type?.rawValue))
        }
        ways += [try way(to: .events, since: query.since, until: query.until)].compactMap(\.self)
        var collector = PageCollector(limit: query.limit)
        try collector.take(ids, onAll: ways)
        return try collector.page(
            { try event(EventID(rawValue: $0)).flatMap { query.matches($0) ? $0 : nil } },
            bytes: \.bytes)
    }

    private func events(_ query: EventQuery, key: String) throws -> Page<RecordedEvent, EventID> {
        let id: Int64? = try value(
            "SELECT event FROM {event_keys} WHERE account = ? AND key = ?", [query.account.rawValue, key])
        guard let id, id < query.before?.rawValue ?? .max, let event = try event(EventID(rawValue: id)),
            query.matches(event)
        else { return Page([], next: nil) }
        return Page([event], next: nil)
    }
}
