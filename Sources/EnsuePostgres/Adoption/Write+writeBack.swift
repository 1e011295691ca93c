internal import Ensue
internal import Logging

/// What became of one table's completions, to be logged once it is committed.
struct WrittenBack: Sendable {
    let table: String
    /// Rows that somebody else had completed.
    var leftAlone: [Int64] = []
    /// Effects whose rows refused their completion, each with the reason.
    var refused: [(effect: Int64, reason: String)] = []
    /// Why all of it has to be tried again later.
    var obstacle: String?

    func log(to logger: Logger) {
        if !leftAlone.isEmpty {
            logger.notice(
                "rows that somebody else had completed were left alone",
                metadata: ["table": "\(table)", "effects": "\(leftAlone)"])
        }
        for (effect, reason) in refused {
            logger.error(
                "a row refused its completion, see rejections",
                metadata: ["table": "\(table)", "effect": "\(effect)", "error": "\(reason)"])
        }
        if let obstacle {
            logger.warning(
                "completions cannot be written back, will try again",
                metadata: ["table": "\(table)", "error": "\(obstacle)"])
        }
    }
}

extension Write {
    /// Effects whose completions could not be written back before and whose time has come.
    func owedEffects(limit: Int) throws -> [Int64] {
        try rows(
            """
            SELECT effect FROM {adopted} WHERE owed_at <= {clock}() ORDER BY owed_at LIMIT $1 FOR UPDATE SKIP LOCKED
            """, [.integer(Int64(limit))]
        ).map { $0.int(0) }
    }

    /// Writes the endings of those of `effects` that are rows of other tables back into these. A table that refuses, or
    /// a row that somebody has locked, hinders no other: it is tried again later.
    func writeBack(_ effects: [Int64]) throws -> [WrittenBack] {
        guard !effects.isEmpty else { return [] }
        let links = try rows(
            "SELECT adoption, effect FROM {adopted} WHERE effect = ANY($1) ORDER BY effect", [.integers(effects)])
        let byAdoption = Dictionary(grouping: links.map { ($0.int(0), $0.int(1)) }, by: \.0)
        return try byAdoption.sorted { $0.key < $1.key }.map { try writeBack($1.map(\.1), to: $0) }
    }

    private func writeBack(_ effects: [Int64], to adoption: Int64) throws -> WrittenBack {
        guard let stored = try adoptions("a.id = $1", [.integer(adoption)]).first,
            let table = try applicationTable(stored.relation)
        else {
            try unlink(effects)
            return WrittenBack(table: "\(adoption)")
        }
        var result = WrittenBack(table: table.displayName)
        try writeBack(effects, WritingBack(adoption: stored.adoption, table: table, names: names), &result)
        if !result.leftAlone.isEmpty {
            try execute(
                "UPDATE {adoptions} SET left_alone = left_alone + $2 WHERE id = $1",
                [.integer(adoption), .integer(Int64(result.leftAlone.count))])
        }
        return result
    }

    /// All in one piece; if that fails because of a row, one by one. The server's details of an error quote the row, and
    /// are left out.
    private func writeBack(_ effects: [Int64], _ writing: WritingBack, _ result: inout WrittenBack) throws {
        try session.script("SAVEPOINT back")
        do {
            let leftAlone = try write(effects, writing)
            try session.script("RELEASE SAVEPOINT back")
            result.leftAlone += leftAlone
        } catch let error as PostgresError where session.isInTransaction && !error.isRetryable {
            try session.script("ROLLBACK TO SAVEPOINT back; RELEASE SAVEPOINT back")
            guard error.isOfRow else {
                result.obstacle = error.message
                return try owe(effects, after: .seconds(60))
            }
            guard effects.count == 1 else {
                for effect in effects { try writeBack([effect], writing, &result) }
                return
            }
            result.refused.append((effects[0], error.message))
            try refuse(effects[0], writing.adoption, error)
        }
    }

    /// Returns the effects whose rows were completed already.
    private func write(_ effects: [Int64], _ writing: WritingBack) throws -> [Int64] {
        try session.script("SET LOCAL row_security = off")
        let bounds = effects.bounds
        let free = Set(try session.query(writing.lock, [.integers(effects)]).map { $0.int(0) })
        let missing = Set(try session.query(writing.missing, [.integers(effects)]).map { $0.int(0) })
        let parameters: [PostgresValue] = [
            .integers(Array(free)), .integer(bounds.least), .integer(bounds.greatest),
        ]
        let completed = Set(
            try rows(
                """
                SELECT effect FROM {outcomes}
                WHERE effect = ANY($1) AND effect BETWEEN $2 AND $3 AND outcome = 'completed'
                """, parameters
            ).map { $0.int(0) })
        let written = Set(try session.query(writing.complete, parameters).map { $0.int(0) })
        if let fail = writing.fail { try session.query(fail, parameters) }
        // What failed or was cancelled can still be retried: its link stays.
        try unlink(missing.union(completed).sorted())
        try execute(
            "UPDATE {adopted} SET owed_at = NULL WHERE effect = ANY($1) AND owed_at IS NOT NULL",
            [.integers(free.subtracting(completed).sorted())])
        try owe(effects.filter { !free.contains($0) && !missing.contains($0) }, after: .seconds(5))
        return completed.subtracting(written).sorted()
    }

    private func unlink(_ effects: [Int64]) throws {
        guard !effects.isEmpty else { return }
        try execute("DELETE FROM {adopted} WHERE effect = ANY($1)", [.integers(effects)])
    }

    private func owe(_ effects: [Int64], after span: Duration) throws {
        guard !effects.isEmpty else { return }
        try execute(
            "UPDATE {adopted} SET owed_at = {clock}() + $2 * interval '1 millisecond' WHERE effect = ANY($1)",
            [.integers(effects), .integer(span.milliseconds)])
    }

    private func refuse(_ effect: Int64, _ adoption: Adoption, _ error: PostgresError) throws {
        try execute("UPDATE {adopted} SET owed_at = NULL WHERE effect = $1", [.integer(effect)])
        try reject(
            account: adoption.account.rawValue, source: "/table/\(adoption.table)", body: "\(effect)",
            reason:
                "the row of effect \(effect) refused its completion: \(error.message). Once that is mended, adopt the table again"
        )
    }
}

extension PostgresError {
    /// Whether what a row holds or may hold is at fault, and not the table, the role or the server.
    fileprivate var isOfRow: Bool {
        guard let sqlState else { return false }
        return ["22", "23", "44", "P0"].contains(sqlState.prefix(2))
    }
}
