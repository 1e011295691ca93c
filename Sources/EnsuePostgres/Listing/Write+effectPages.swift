internal import Ensue

extension Write {
    func page(_ query: EffectQuery, clock: any EngineClock) throws -> Page<EffectRecord, EffectID> {
        let scope = ListScope(
            family: .effects, account: query.account, since: query.since, until: query.until,
            name: query.kind?.rawValue, by: query.event.map { .integer($0.rawValue) })
        let end = clock.uptime() + Self.bearable
        let filling = PageFilling<EffectRecord, EffectID>(
            find: { try find(query, scope, $0) }, weigh: weights(ofEffects:), read: effects, matches: query.matches,
            size: \.bytes, isLate: { query.state == .ready && clock.uptime() > end })
        return try filling.page(try stretch(scope, before: query.before?.rawValue), limit: query.limit)
    }

    /// While some session holds a transaction open, what was claimed long ago still lies in the way of whoever looks for
    /// what waits. Then pages are short.
    private static let bearable = Duration.milliseconds(50)

    /// The narrowest way first: a key, an event, the place of a state, and only then the ledger itself.
    private func find(_ query: EffectQuery, _ scope: ListScope, _ look: Look) throws -> Found {
        if let key = query.key { return try few(ListStatement.effectOfKey, query.account, look, [.text(key)]) }
        let isOfKind = query.kind != nil
        if query.event != nil {
            let sql = ListStatement.ofEvent(query.state, ofKind: isOfKind)
            return Found(try rows(sql, scope.parameters(look, room: 1)).map { $0.int(0) }, of: look.count)
        }
        guard let state = query.state else {
            return try parts(look.blocks, ListStatement.effects(ofKind: isOfKind), scope, look)
        }
        switch state {
        case .completed: return try parts(look.blocks, ListStatement.completed(ofKind: isOfKind), scope, look)
        case .ready: return try ready(scope, look)
        case .failed, .cancelled:
            let room = scope.isTimed ? look.candidates : look.count
            return try parts(room, ListStatement.ended(state.rawValue, ofKind: isOfKind), scope, look)
        case .running: return try parts(look.candidates, ListStatement.running(ofKind: isOfKind), scope, look)
        case .scheduled:
            return try parts(look.steps, ListStatement.place(ListStatement.scheduled, ofKind: isOfKind), scope, look)
        case .held, .deferred, .uncertain:
            let ids = ListStatement.parked(state.rawValue)
            return try parts(look.steps, ListStatement.place(ids, ofKind: isOfKind), scope, look)
        }
    }

    /// Looks a part of the way down: nobody can tell how much lies in it that was claimed.
    private func ready(_ scope: ListScope, _ look: Look) throws -> Found {
        var part = look
        part.stretch = look.window
        let room = scope.isTimed ? look.candidates : look.count
        var found = try parts(room, ListStatement.ready(ofKind: scope.name != nil), scope, part)
        if found.rest == nil { found.rest = part.stretch.from }
        return found
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
