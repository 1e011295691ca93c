public import Ensue

extension PostgresStore {
    public func consequences(
        ofEvents events: [EventID], ofEffects effects: [EffectID], limit: Int
    ) async throws -> Consequences {
        try await runner.perform("consequences") { write in
            try write.consequences(of: nil, events.map(\.rawValue), effects.map(\.rawValue), limit: limit)
        }
    }
}

extension Write {
    /// `account` is whose consequences alone are wanted; nil for anybody's.
    fileprivate func consequences(
        of account: Account?, _ events: [Int64], _ effects: [Int64], limit: Int
    ) throws -> Consequences {
        guard limit > 0, !(events.isEmpty && effects.isEmpty) else { return Consequences() }
        let causes: [PostgresValue] = [
            .integers(effects), .integer(Int64(limit)), .optional(account?.rawValue),
        ]
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
    /// the effects, how many, the account (null for any), and the events.
    ///
    /// Rules request a few effects for an event. Of the very many that a program may have inserted for one, those that
    /// the index gives first are looked at, which are the oldest or nearly so.
    static let effectsFollowing = """
        SELECT f.id FROM (
            SELECT r.id FROM unnest($4::bigint[]) AS w (id) CROSS JOIN LATERAL (
                SELECT n.id FROM (
                    SELECT e.id FROM {effects} e
                    WHERE e.event = w.id AND e.event IS NOT NULL AND e.replay_of IS NULL AND \(isOfAccount("e"))
                    LIMIT \(PageLimits.rows)) AS n
                ORDER BY n.id LIMIT $2) AS r
            UNION
            SELECT r.id FROM unnest($1::bigint[]) AS w (id) CROSS JOIN LATERAL (
                SELECT e.id FROM {effects} e
                WHERE e.cause = w.id AND e.cause IS NOT NULL AND \(isOfAccount("e")) ORDER BY e.id LIMIT $2) AS r
            UNION
            SELECT r.id FROM unnest($1::bigint[]) AS w (id) CROSS JOIN LATERAL (
                SELECT e.id FROM {effects} e
                WHERE e.replay_of = w.id AND e.replay_of IS NOT NULL AND \(isOfAccount("e"))
                ORDER BY e.id LIMIT $2) AS r) AS f
        ORDER BY f.id LIMIT $2
        """
    /// The oldest events that handlers of effects recorded. Parameters: the effects, how many, and the account.
    static let eventsFollowing = """
        SELECT r.id FROM (SELECT DISTINCT unnest($1::bigint[]) AS id) AS w CROSS JOIN LATERAL (
            SELECT v.id FROM {events} v
            WHERE v.cause = w.id AND v.cause IS NOT NULL AND \(isOfAccount("v")) ORDER BY v.id LIMIT $2) AS r
        ORDER BY r.id LIMIT $2
        """

    private static func isOfAccount(_ row: String) -> String { "($3::text IS NULL OR \(row).account = $3)" }
}
