public import Ensue
internal import GRDB

extension SQLiteStore {
    public func kinds(for account: Account) async throws -> [KindStatus] {
        try await read("kinds") { read in
            let workers = try read.livingWorkers()
            let number: Int64? = try read.value("SELECT id FROM {accounts} WHERE name = ?", [account.rawValue])
            return try read.rows("SELECT id, name, seen_at FROM {kinds} ORDER BY name").map { row in
                let name: String = row[1]
                let seenAt: Int64? = row[2]
                let (ready, oldest) = try number.map { try read.ready(kind: row[0], account: $0) } ?? (0, nil)
                return KindStatus(
                    kind: try EffectKind(name), workers: workers[name] ?? [],
                    seenAt: seenAt.map(Timestamp.init(milliseconds:)),
                    isKnown: seenAt.map { $0 > RuleCache.oldest(at: read.now) } ?? false, ready: ready,
                    oldestReadyAt: oldest)
            }
        }
    }
}

extension Read {
    /// The names of the workers whose heartbeats have not lapsed, by kind.
    fileprivate func livingWorkers() throws -> [String: [String]] {
        let rows = try rows(
            """
            SELECT j.value, w.name FROM {workers} w, json_each(w.kinds) j WHERE w.expires_at > ? ORDER BY w.name
            """, [now.milliseconds])
        return Dictionary(grouping: rows, by: { $0[0] as String }).mapValues { $0.map { $0[1] } }
    }

    /// How many of a kind an account has ready, and since when the oldest of them has been there.
    fileprivate func ready(kind: Int64, account: Int64) throws -> (count: Int, oldest: Timestamp?) {
        let count: Int? = try value(ListStatement.readyCount, [kind, account, KindStatus.countLimit + 1])
        guard let count, count > 0 else { return (0, nil) }
        let oldest: [Int64] = try Priority.allCases.compactMap {
            try value(ListStatement.oldestReady, [kind, account, $0.rawValue])
        }
        let time: Int64? = try value(ListedTable.effects.timeOfRow, [oldest.min()])
        return (count, time.map(Timestamp.init(milliseconds:)))
    }
}
