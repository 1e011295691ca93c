import Foundation
import GRDB

/// Reads a whole ledger with plain SQL and says what contradicts the promises. It knows nothing of the engine's code.
struct LedgerChecker {
    let path: String

    /// What the producers were told.
    struct Acknowledged: Sendable {
        /// Events by type.
        var events: [String: Set<Int64>] = [:]
        var effects: Set<Int64> = []
    }

    private func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try DatabaseQueue(path: path).read(body)
    }

    /// Sentences, none if all is well. `listeners` says how many effects each event of a type calls for.
    func violations(acknowledged: Acknowledged, listeners: [String: Int]) throws -> [String] {
        try read { db in
            try missing(db, acknowledged) + misplaced(db) + misrouted(db, acknowledged, listeners) + repeated(db)
        }
    }

    private func missing(_ db: Database, _ acknowledged: Acknowledged) throws -> [String] {
        let events = Set(try Int64.fetchAll(db, sql: "SELECT id FROM events"))
        let effects = Set(try Int64.fetchAll(db, sql: "SELECT id FROM effects"))
        let lostEvents = acknowledged.events.values.reduce(into: Set()) { $0.formUnion($1) }.subtracting(events)
        let lostEffects = acknowledged.effects.subtracting(effects)
        return lostEvents.map { "the acknowledged event \($0) is gone" }
            + lostEffects.map { "the acknowledged effect \($0) is gone" }
    }

    /// The place rule.
    private func misplaced(_ db: Database) throws -> [String] {
        let sql = """
            SELECT e.id, count(p.effect) AS places FROM effects e LEFT JOIN (
                SELECT effect FROM ready UNION ALL SELECT effect FROM scheduled UNION ALL SELECT effect FROM parked
                UNION ALL SELECT effect FROM outcomes
                UNION ALL SELECT j.value FROM leases l, json_each(l.open) j
            ) p ON p.effect = e.id GROUP BY e.id HAVING places <> 1
            """
        return try Row.fetchAll(db, sql: sql).map { "effect \($0[0] as Int64) is in \($0[1] as Int) places" }
    }

    /// Every event that left the queue has caused exactly the effects it calls for; every other is still in it.
    private func misrouted(_ db: Database, _ acknowledged: Acknowledged, _ listeners: [String: Int]) throws -> [String]
    {
        let unrouted = Set(try Int64.fetchAll(db, sql: "SELECT event FROM unrouted"))
        let counts = try Row.fetchAll(
            db,
            sql: "SELECT v.id, v.type, count(e.id) FROM events v LEFT JOIN effects e ON e.event = v.id GROUP BY v.id")
        return counts.compactMap { row in
            let (id, type, count): (Int64, String, Int) = (row[0], row[1], row[2])
            let wanted = unrouted.contains(id) ? 0 : listeners[type] ?? 0
            return count == wanted ? nil : "event \(id) (\(type)) caused \(count) effects instead of \(wanted)"
        }
    }

    /// What a run records is stored once if it settled its effect, and never otherwise; runs are numbered without gaps.
    private func repeated(_ db: Database) throws -> [String] {
        let recorded = try Row.fetchAll(
            db,
            sql: """
                SELECT e.id, count(v.id), coalesce(o.outcome = 'completed', 0) FROM effects e
                LEFT JOIN outcomes o ON o.effect = e.id LEFT JOIN events v ON v.cause = e.id
                WHERE e.kind = 'event.record' GROUP BY e.id
                """
        ).filter { $0[1] as Int != $0[2] as Int }
        let runs = try Row.fetchAll(
            db,
            sql: """
                SELECT o.effect, o.run, (SELECT count(*) FROM attempts a WHERE a.effect = o.effect) FROM outcomes o
                WHERE o.run <> 1 + (SELECT count(*) FROM attempts a WHERE a.effect = o.effect)
                """)
        return recorded.map { "effect \($0[0] as Int64) recorded \($0[1] as Int) events" }
            + runs.map { "effect \($0[0] as Int64) ended in run \($0[1] as Int) after \($0[2] as Int) attempts" }
    }

    /// How many effects have not ended, by state; of some kinds only.
    func open(kindsLike pattern: String = "%") throws -> Int {
        try read { db in
            try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM effects e WHERE e.kind LIKE ?
                        AND NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.effect = e.id)
                    """, arguments: [pattern]) ?? 0
        }
    }

    func unrouted() throws -> Int { try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM unrouted") ?? 0 } }

    func count(_ sql: String) throws -> Int { try read { try Int.fetchOne($0, sql: sql) ?? 0 } }
}
