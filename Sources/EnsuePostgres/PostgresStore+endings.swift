internal import Ensue

extension PostgresStore {
    public func follow(limit: Int) async throws -> Int {
        let isNeeded = try await runner.perform("follow") { write in
            try write.rows(
                "SELECT 1 FROM {ended} UNION ALL SELECT 1 FROM {adopted} WHERE owed_at <= {clock}() LIMIT 1"
            ).count > 0
        }
        guard isNeeded else { return 0 }
        let (count, writtenBack) = try await runner.transact("follow") { write in
            let taken = try write.takeEndings(limit: limit)
            let drafts = try write.endings(taken.filter(\.told).map(\.effect)).compactMap { try $0.draft() }
            _ = try write.record(drafts)
            let owed = try write.owedEffects(limit: limit)
            return (taken.count, try write.writeBack(taken.map(\.effect) + owed))
        }
        for table in writtenBack { table.log(to: logger) }
        return count
    }
}

/// An ending that was taken from the queue, with what its event tells.
private struct Followed {
    let account: Account
    let depth: Int
    /// Nil if the outcome is gone: a retry has put it aside.
    let ending: EffectEnding?

    func draft() throws -> EventDraft? { try ending?.draft(account: account, depth: depth) }
}

extension Write {
    /// Takes endings from the queue, with whether a rule listened for each when it came about.
    fileprivate func takeEndings(limit: Int) throws -> [(effect: Int64, told: Bool)] {
        try rows(
            """
            DELETE FROM {ended} WHERE effect = ANY(ARRAY(
                SELECT n.effect FROM {ended} n ORDER BY n.effect LIMIT $1 FOR UPDATE SKIP LOCKED))
            RETURNING effect, told
            """, [.integer(Int64(limit))]
        ).map { ($0.int(0), $0.bool(1)) }.sorted { $0.0 < $1.0 }
    }

    fileprivate func endings(_ taken: [Int64]) throws -> [Followed] {
        guard !taken.isEmpty else { return [] }
        let bounds = taken.bounds
        let rows = try rows(
            """
            SELECT e.id, e.account, e.kind, e.depth, o.outcome, o.run, o.output, o.error, (\(Self.requester))
            FROM {effects} e LEFT JOIN {outcomes} o ON o.effect = e.id AND o.effect BETWEEN $2 AND $3
            WHERE e.id = ANY($1) AND e.id BETWEEN $2 AND $3 ORDER BY e.id
            """, [.integers(taken), .integer(bounds.least), .integer(bounds.greatest)])
        return rows.map { row in
            let ending = row.optionalText(4).flatMap(Outcome.Kind.init(rawValue:)).map { outcome in
                EffectEnding(
                    effect: EffectID(rawValue: row.int(0)), kind: EffectKind(wellFormed: row.text(2)),
                    outcome: outcome, run: Int(row.int(5)),
                    output: row.optionalText(6).map(JSONText.init(trusted:)), error: row.optionalText(7),
                    rule: row.optionalText(8))
            }
            return Followed(account: Account(wellFormed: row.text(1)), depth: Int(row.int(3)), ending: ending)
        }
    }

    /// The rule that requested the effect `e`, by itself or through the effects that it requested.
    private static let requester = """
        WITH RECURSIVE chain (rule, cause) AS (
            SELECT e.rule, e.cause
            UNION
            SELECT f.rule, f.cause FROM chain c JOIN {effects} f ON f.id = c.cause WHERE c.rule IS NULL
        )
        SELECT rule FROM chain WHERE rule IS NOT NULL LIMIT 1
        """
}
