public import Ensue

extension PostgresStore {
    public func rejections(_ query: RejectionQuery) async throws -> Page<KeptRejection, RejectionID> {
        try await runner.perform("rejections") { try $0.page(query) }
    }

    public func rejection(_ id: RejectionID) async throws -> KeptRejection? {
        try await runner.perform("rejection") { try $0.rejections([id.rawValue])[id] }
    }

    /// Whether it was resolved by an earlier try whose commit nobody was told of cannot be seen: that is reported as
    /// an error, and a second call returns false.
    public func resolve(_ rejection: RejectionID, as resolution: String) async throws -> Bool {
        try await runner.transact("resolve", onAmbiguity: .reported) { write in
            try write.execute(
                """
                UPDATE {rejections} SET resolved_at = {clock}(), resolution = $2 WHERE id = $1 AND resolved_at IS NULL
                """, [.integer(rejection.rawValue), .text(resolution.withoutNUL)]) > 0
        }
    }
}

extension Write {
    fileprivate func page(_ query: RejectionQuery) throws -> Page<KeptRejection, RejectionID> {
        let sql = ListStatement.rejections(includingResolved: query.includesResolved)
        let filling = PageFilling<KeptRejection, RejectionID>(
            find: { try few(sql, query.account, $0) },
            weigh: weights(ofRejections:), read: rejections,
            matches: { query.includesResolved || $0.resolvedAt == nil },
            size: { $0.delivery.body.utf8.count })
        return try filling.page(IDStretch(below: query.before?.rawValue ?? .max), limit: query.limit)
    }

    fileprivate func rejections(_ ids: [Int64]) throws -> [RejectionID: KeptRejection] {
        let rows = try rows(
            """
            SELECT id, account, source, body, reason, created_at, resolved_at, resolution
            FROM {rejections} WHERE id = ANY($1)
            """, [.integers(ids)])
        let kept = rows.map { row in
            KeptRejection(
                id: RejectionID(rawValue: row.int(0)),
                delivery: RejectedDelivery(
                    account: Account(wellFormed: row.text(1)), source: row.text(2), body: row.text(3),
                    reason: row.text(4)),
                createdAt: row.time(5), resolvedAt: row.optionalTime(6), resolution: row.optionalText(7))
        }
        return Dictionary(uniqueKeysWithValues: kept.map { ($0.id, $0) })
    }

    private func weights(ofRejections ids: [Int64]) throws -> [Int64: Int] {
        let rows = try rows(
            "SELECT id, octet_length(body)::bigint FROM {rejections} WHERE id = ANY($1)", [.integers(ids)])
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.int(0), Int($0.int(1))) })
    }
}

extension ListStatement {
    /// Parameters: account, the id below which and from which on, and how many.
    static func rejections(includingResolved: Bool) -> String {
        """
        SELECT r.id FROM {rejections} r WHERE r.account = $1 AND r.id < $2 AND r.id >= $3
            \(includingResolved ? "" : "AND r.resolved_at IS NULL")
        ORDER BY r.id DESC LIMIT $4
        """
    }
}
