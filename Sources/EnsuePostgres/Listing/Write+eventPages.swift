internal import Ensue

extension Write {
    func page(_ query: EventQuery) throws -> Page<RecordedEvent, EventID> {
        let stretch = try stretch(
            of: "events", time: "recorded_at", before: query.before?.rawValue, since: query.since, until: query.until)
        let filling = PageFilling<RecordedEvent, EventID>(
            find: { try find(query, $0, $1, round: $2) }, weigh: weights(ofEvents:), read: events,
            matches: query.matches, size: { $0.data.text.utf8.count })
        return try filling.page(stretch, limit: query.limit)
    }

    private func find(_ query: EventQuery, _ stretch: IDStretch, _ count: Int, round: Int) throws -> Found {
        if let key = query.key {
            return try few(ListStatement.eventOfKey, query.account, stretch, count, [.text(key)])
        }
        if let source = query.source { return try find(source, query, stretch, count) }
        return try walk(
            ListStatement.events(ofType: query.type != nil), query.account, stretch, count, round: round,
            since: query.since, until: query.until, name: query.type?.rawValue)
    }

    /// Those of a type are picked from among all of a source.
    private func find(
        _ source: SourceName, _ query: EventQuery, _ stretch: IDStretch, _ count: Int
    ) throws -> Found {
        let room = query.type == nil ? count : max(count, PageLimits.rows / 4)
        let rows = try rows(
            ListStatement.ofSource,
            [
                .text(query.account.rawValue), .integer(stretch.below), .integer(stretch.from), .integer(Int64(room)),
                .text(source.description),
            ])
        let wanted = rows.filter { query.type == nil || $0.text(1) == query.type?.rawValue }.prefix(count)
        let last = wanted.count < count ? rows.last : wanted.last
        return Found(
            wanted.map { $0.int(0) }, rest: rows.count < room && wanted.count < count ? nil : last?.int(0),
            looked: rows.count)
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
