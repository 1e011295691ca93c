public import Ensue

extension PostgresStore {
    public func kinds(for account: Account) async throws -> [KindStatus] {
        try await runner.perform("kinds") { write in
            try write.rows(ListStatement.kinds, [.text(account.rawValue)]).map { row in
                KindStatus(
                    kind: EffectKind(wellFormed: row.text(0)),
                    workers: try JSONText(trusted: row.text(1)).decode([String].self), seenAt: row.optionalTime(2),
                    isKnown: row.bool(3), ready: Int(row.int(4)), oldestReadyAt: row.optionalTime(5))
            }
        }
    }
}

extension ListStatement {
    /// Reads at most so much of the queue of each kind as is counted. Parameter: account.
    static let kinds = """
        SELECT k.name, to_json(w.names), greatest(k.seen_at, w.beat_at),
            coalesce(k.seen_at > {clock}() - interval '\(Rule.lifetimeInDays) days', false), r.count, e.created_at
        FROM {kinds} k LEFT JOIN {accounts} c ON c.name = $1
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(x.name ORDER BY x.name COLLATE "C"), '{}') AS names, max(x.beat_at) AS beat_at
            FROM {workers} x WHERE x.expires_at > {clock}() AND k.id = ANY(x.kinds)) AS w
        CROSS JOIN LATERAL (
            SELECT count(*) AS count FROM (
                SELECT FROM {ready} q WHERE q.kind = k.id AND q.account = c.id LIMIT \(KindStatus.countLimit + 1)) AS q
        ) AS r
        LEFT JOIN {effects} e ON e.id = CASE WHEN r.count > 0 THEN (
            SELECT min(o.effect) FROM unnest('{0,1,2,3}'::smallint[]) AS p (priority) CROSS JOIN LATERAL (
                SELECT q.effect FROM {ready} q
                WHERE q.kind = k.id AND q.account = c.id AND q.priority = p.priority ORDER BY q.effect LIMIT 1) AS o) END
        ORDER BY k.name
        """
}
