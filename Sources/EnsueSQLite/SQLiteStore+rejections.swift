public import Ensue
internal import GRDB

extension SQLiteStore {
    public func rejections(_ query: RejectionQuery) async throws -> Page<KeptRejection, RejectionID> {
        try await read("rejections") { read in
            let statement = try read.raw(
                query.includesResolved ? ListStatement.rejections : ListStatement.unresolved)
            statement.bind(query.account.rawValue, 1)
            statement.bind(query.before?.rawValue ?? .max, 2)
            statement.bind(Int64(query.limit) + 1, 3)
            var collector = PageCollector(limit: query.limit)
            try statement.takeRows(while: { collector.take(statement.int(0)) })
            return try collector.page(
                { try read.rejection(RejectionID(rawValue: $0)) }, bytes: { $0.delivery.body.utf8.count })
        }
    }

    public func rejection(_ id: RejectionID) async throws -> KeptRejection? {
        try await read("rejection") { try $0.rejection(id) }
    }

    public func resolve(_ rejection: RejectionID, as resolution: String) async throws -> Bool {
        try await write("resolve") { write in
            try write.execute(
                "UPDATE {rejections} SET resolved_at = ?, resolution = ? WHERE id = ? AND resolved_at IS NULL",
                [write.now.milliseconds, resolution, rejection.rawValue])
            return write.db.changesCount > 0
        }
    }
}

extension Read {
    fileprivate func rejection(_ id: RejectionID) throws -> KeptRejection? {
        try row(
            """
            SELECT account, source, body, reason, created_at, resolved_at, resolution FROM {rejections} WHERE id = ?
            """, [id.rawValue]
        ).map { row in
            KeptRejection(
                id: id,
                delivery: RejectedDelivery(
                    account: try Account(row[0] as String), source: row[1], body: row[2], reason: row[3]),
                createdAt: Timestamp(milliseconds: row[4]),
                resolvedAt: (row[5] as Int64?).map(Timestamp.init(milliseconds:)), resolution: row[6])
        }
    }
}
