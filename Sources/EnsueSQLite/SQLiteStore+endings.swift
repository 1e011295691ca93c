internal import Ensue
internal import GRDB

extension SQLiteStore {
    public func follow(limit: Int) async throws -> Int {
        guard try await read("follow", { try $0.row("SELECT 1 FROM {ended} LIMIT 1") != nil }) else { return 0 }
        return try await write("follow") { write in
            let endings = try write.rows(
                """
                SELECT e.id, e.account, e.kind, e.depth FROM {ended} n CROSS JOIN {effects} e ON e.id = n.effect
                ORDER BY n.effect LIMIT ?
                """, [limit])
            for row in endings {
                try write.recordEnding(row)
                try write.execute("DELETE FROM {ended} WHERE effect = ?", [row[0]])
            }
            return endings.count
        }
    }
}

extension Write {
    fileprivate mutating func recordEnding(_ row: Row) throws {
        let id = EffectID(rawValue: row[0])
        guard let outcome = try outcome(id) else { return }
        let ending = EffectEnding(
            effect: id, kind: try EffectKind(row[2] as String), outcome: outcome.kind, run: outcome.run,
            output: outcome.output, error: outcome.error, rule: try requester(id))
        guard let draft = try ending.draft(account: try Account(row[1] as String), depth: row[3]) else { return }
        _ = try record([draft])
    }

    /// The rule that requested an effect, by itself or through the effects that it requested.
    private func requester(_ id: EffectID) throws -> String? {
        try value(
            """
            WITH RECURSIVE chain (rule, cause) AS (
                SELECT rule, cause FROM {effects} WHERE id = ?
                UNION
                SELECT e.rule, e.cause FROM chain c JOIN {effects} e ON e.id = c.cause WHERE c.rule IS NULL
            )
            SELECT rule FROM chain WHERE rule IS NOT NULL LIMIT 1
            """, [id.rawValue])
    }
}
