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
        let (records, recorded) = (try self.effects(found[0]), try self.events(found[1]))
        return Consequences(
            events: found[1].compactMap { recorded[EventID(rawValue: $0)] },
            effects: found[0].compactMap { records[EffectID(rawValue: $0)] })
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
