public import Ensue

extension PostgresStore {
    public func consequences(
        ofEvents events: [EventID], ofEffects effects: [EffectID], limit: Int
    ) async throws -> Consequences {
        try await runner.perform("consequences") { write in
            try write.consequences(events.map(\.rawValue), effects.map(\.rawValue), limit: limit)
        }
    }
}

extension Write {
    fileprivate func consequences(_ events: [Int64], _ effects: [Int64], limit: Int) throws -> Consequences {
        guard limit > 0, !(events.isEmpty && effects.isEmpty) else { return Consequences() }
        let causes: [PostgresValue] = [.integers(effects), .integer(Int64(limit))]
        let found = try pipeline([
            (ListStatement.effectsFollowing, causes + [.integers(events)]), (ListStatement.eventsFollowing, causes),
        ]).map { $0.map { $0.int(0) } }
        var gathered = Consequences()
        for ids in Self.portions(found[0]) where !gathered.isCut {
            let records = try self.effects(ids)
            for id in ids { if let effect = records[EffectID(rawValue: id)] { gathered.add(effect) } }
        }
        for ids in Self.portions(found[1]) where !gathered.isCut {
            let records = try self.events(ids)
            for id in ids { if let event = records[EventID(rawValue: id)] { gathered.add(event) } }
        }
        return gathered
    }

    /// Their documents may be large: they are not fetched all at once.
    private static func portions(_ ids: [Int64]) -> [[Int64]] {
        stride(from: 0, to: ids.count, by: 50).map { Array(ids[$0..<min($0 + 50, ids.count)]) }
    }
}

extension ListStatement {
    /// The oldest effects that were requested for events, by handlers of effects, or as replays of these. Parameters:
    /// the effects, how many, and the events.
    static let effectsFollowing = """
        SELECT f.id FROM (
            SELECT r.id FROM unnest($3::bigint[]) AS w (id) CROSS JOIN LATERAL (
                SELECT e.id FROM {effects} e WHERE e.event = w.id AND e.event IS NOT NULL AND e.replay_of IS NULL) AS r
            UNION
            SELECT r.id FROM unnest($1::bigint[]) AS w (id) CROSS JOIN LATERAL (
                SELECT e.id FROM {effects} e WHERE e.cause = w.id AND e.cause IS NOT NULL ORDER BY e.id LIMIT $2) AS r
            UNION
            SELECT r.id FROM unnest($1::bigint[]) AS w (id) CROSS JOIN LATERAL (
                SELECT e.id FROM {effects} e WHERE e.replay_of = w.id AND e.replay_of IS NOT NULL
                ORDER BY e.id LIMIT $2) AS r) AS f
        ORDER BY f.id LIMIT $2
        """
    /// The oldest events that handlers of effects recorded. Parameters: the effects, and how many.
    static let eventsFollowing = """
        SELECT r.id FROM (SELECT DISTINCT unnest($1::bigint[]) AS id) AS w CROSS JOIN LATERAL (
            SELECT v.id FROM {events} v WHERE v.cause = w.id AND v.cause IS NOT NULL ORDER BY v.id LIMIT $2) AS r
        ORDER BY r.id LIMIT $2
        """
}
