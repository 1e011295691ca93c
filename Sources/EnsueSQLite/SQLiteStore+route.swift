public import Ensue
internal import GRDB
internal import Synchronization

extension SQLiteStore {
    /// Taking events from `unrouted`, reading the rules and inserting the effects is one transaction, so that a
    /// change of rules applies to every event recorded after it.
    public func route(limit: Int) async throws -> RoutingReport {
        guard try await read("route", { try $0.row("SELECT 1 FROM {unrouted} LIMIT 1") != nil }) else {
            return RoutingReport(events: 0, effects: 0)
        }
        return try await write("route") { [rules] write in
            let rows = try write.rows(HotStatement.unrouted, [limit])
            guard let last = rows.last else { return RoutingReport(events: 0, effects: 0) }
            try write.execute("DELETE FROM {unrouted} WHERE event <= ?", [last[0]])
            let events = try rows.compactMap { try write.readable($0) }
            let set = try rules.current(write)
            let effects = events.flatMap { set.effects(of: $0) }
            if !effects.isEmpty { _ = try write.request(effects) }
            return RoutingReport(events: rows.count, effects: effects.count)
        }
    }
}

extension Write {
    /// An event from its row. One that another program managed to write so that it cannot be read becomes a rejection:
    /// it must not hold up those behind it.
    fileprivate func readable(_ row: Row) throws -> RecordedEvent? {
        do { return try RecordedEvent(row) } catch {
            try execute(
                "INSERT INTO {rejections} (account, source, body, reason, created_at) VALUES (?, ?, ?, ?, ?)",
                [row[1], "events", row[6], "event \(row[0] as Int64) cannot be read: \(error)", now.milliseconds])
            return nil
        }
    }
}

/// The rules in force, read again when their version has changed, and now and then so that forgotten ones lapse.
final class RuleCache: Sendable {
    static let lifetime = Duration.seconds(Rule.lifetimeInDays * 24 * 3600)
    private static let freshness = Duration.seconds(60)

    private let cached = Mutex<(version: Int, at: Timestamp, rules: RuleSet)?>(nil)

    static func oldest(at now: Timestamp) -> Int64 { (now - lifetime).milliseconds }

    /// Call it within the transaction that applies the rules.
    func current(_ write: Write) throws -> RuleSet {
        let version: Int = try write.value("SELECT rules_version FROM {store}") ?? 0
        let known = cached.withLock { $0 }
        if let known, known.version == version, write.now - known.at < Self.freshness, write.now >= known.at {
            return known.rules
        }
        let rows = try write.rows(
            "SELECT name, pattern, kind, position FROM {rules} WHERE seen_at > ?", [Self.oldest(at: write.now)])
        let rules = RuleSet(
            try rows.map { row in
                Rule(
                    name: row[0], pattern: try JSONText(trusted: row[1]).decode(),
                    kind: try EffectKind(row[2] as String),
                    order: row[3])
            })
        cached.withLock { $0 = (version, write.now, rules) }
        return rules
    }
}
