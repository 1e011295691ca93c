internal import Ensue

extension Write {
    func page(_ query: EventQuery) throws -> Page<RecordedEvent, EventID> {
        let scope = ListScope(
            family: .events, account: query.account, since: query.since, until: query.until,
            name: query.type?.rawValue, by: query.source.map { .text($0.description) })
        let filling = PageFilling<RecordedEvent, EventID>(
            find: { try find(query, scope, $0) }, weigh: weights(ofEvents:), read: events,
            matches: query.matches, size: \.bytes)
        return try filling.page(try stretch(scope, before: query.before?.rawValue), limit: query.limit)
    }

    private func find(_ query: EventQuery, _ scope: ListScope, _ look: Look) throws -> Found {
        if let key = query.key { return try few(ListStatement.eventOfKey, query.account, look, [.text(key)]) }
        let isOfType = query.type != nil
        if query.source != nil {
            let room = isOfType || scope.isTimed ? look.candidates : look.count
            return try parts(room, ListStatement.ofSource(ofType: isOfType), scope, look)
        }
        return try parts(look.blocks, ListStatement.events(ofType: isOfType), scope, look)
    }

    /// About how many bytes each event's data is. What is compressed may be several times its size.
    private func weights(ofEvents ids: [Int64]) throws -> [Int64: Int] {
        let bounds = ids.bounds
        let rows = try rows(
            """
            SELECT v.id, pg_column_size(v.data) * CASE WHEN pg_column_compression(v.data) IS NULL THEN 1 ELSE 10 END
            FROM {events} v WHERE v.id = ANY($1) AND v.id BETWEEN $2 AND $3
            """, [.integers(ids), .integer(bounds.least), .integer(bounds.greatest)])
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.int(0), Int($0.int(1))) })
    }
}
