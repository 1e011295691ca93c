internal import Ensue

extension Write {
    func page(_ query: EffectQuery, marks: ReadyMarks, clock: any EngineClock) throws -> Page<EffectRecord, EffectID> {
        let stretch = try stretch(
            of: "effects", time: "created_at", before: query.before?.rawValue, since: query.since, until: query.until)
        let filling = PageFilling<EffectRecord, EffectID>(
            find: { try find(query, $0, $1, round: $2, marks: marks, clock: clock) }, weigh: weights(ofEffects:),
            read: effects, matches: query.matches, size: \.size)
        return try filling.page(stretch, limit: query.limit)
    }

    /// The narrowest way first: a key, an event, the place of a state, and only then the ledger itself.
    private func find(
        _ query: EffectQuery, _ stretch: IDStretch, _ count: Int, round: Int, marks: ReadyMarks, clock: any EngineClock
    ) throws -> Found {
        if let key = query.key {
            return try few(ListStatement.effectOfKey, query.account, stretch, count, [.text(key)])
        }
        if let event = query.event {
            return try few(ListStatement.ofEvent, query.account, stretch, count, [.integer(event.rawValue)])
        }
        let isOfKind = query.kind != nil
        let kind = query.kind.map { [PostgresValue.text($0.rawValue)] } ?? []
        func place(_ ids: String) throws -> Found {
            try look(ListStatement.place(ids, ofKind: isOfKind), query.account, stretch, count, round: round, kind)
        }
        switch query.state {
        case nil: return try walk(ListStatement.effects(ofKind: isOfKind), query, stretch, count, round: round)
        case .completed: return try walk(ListStatement.completed(ofKind: isOfKind), query, stretch, count, round: round)
        case .ready:
            return try marks.looking(query, stretch, at: clock, newest: newestAhead) { stretch in
                try few(ListStatement.ready(ofKind: isOfKind), query.account, stretch, count, kind)
            }
        case .failed, .cancelled, .held, .deferred, .uncertain: break
        case .scheduled: return try place(ListStatement.scheduled)
        case .running: return try place(ListStatement.running)
        }
        let name = query.state?.rawValue ?? ""
        guard query.state == .failed || query.state == .cancelled else { return try place(ListStatement.parked(name)) }
        return try few(ListStatement.ended(name, ofKind: isOfKind), query.account, stretch, count, kind)
    }

    private func walk(
        _ sql: String, _ query: EffectQuery, _ stretch: IDStretch, _ count: Int, round: Int
    ) throws -> Found {
        try walk(
            sql, query.account, stretch, count, round: round, since: query.since, until: query.until,
            name: query.kind?.rawValue)
    }

    /// An id so far below the newest that none below it is under way any more.
    private func newestAhead() throws -> Int64 {
        try rows("SELECT coalesce(max(id), 0) - \(IDBlock.size * IDBlock.kept) FROM {effects}")[0].int(0)
    }

    /// About how many bytes each effect's payload and output are. What is compressed may be several times its size.
    private func weights(ofEffects ids: [Int64]) throws -> [Int64: Int] {
        let bounds = ids.bounds
        let rows = try rows(
            """
            SELECT e.id, pg_column_size(e.payload) * CASE WHEN pg_column_compression(e.payload) IS NULL THEN 1 ELSE 10 END
                + coalesce(pg_column_size(o.output)
                    * CASE WHEN pg_column_compression(o.output) IS NULL THEN 1 ELSE 10 END, 0)
            FROM {effects} e LEFT JOIN {outcomes} o ON o.effect = e.id AND o.effect BETWEEN $2 AND $3
            WHERE e.id = ANY($1) AND e.id BETWEEN $2 AND $3
            """, [.integers(ids), .integer(bounds.least), .integer(bounds.greatest)])
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.int(0), Int($0.int(1))) })
    }
}

extension EffectRecord {
    fileprivate var size: Int { payload.text.utf8.count + (outcome?.output?.text.utf8.count ?? 0) }
}
