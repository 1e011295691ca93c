import Foundation
import GRDB

/// What the machine can do at most: the same rows claimed by delete and settled in batches of 1,000 by a loop that is
/// nothing but GRDB, on one connection, without engine, handlers or other callers.
struct BareLoop {
    let path: String

    /// Returns effects a second.
    func drain(kind: String) throws -> Double {
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000")
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        let start = ContinuousClock.now
        var drained = 0
        try pool.writeWithoutTransaction { db in
            let kindID = try Int64.fetchOne(db, sql: "SELECT id FROM kinds WHERE name = ?", arguments: [kind]) ?? 0
            var lease: Int64 = 1
            while true {
                let count = try batch(db, kindID: kindID, lease: lease)
                if count == 0 { return }
                drained += count
                lease += 1
            }
        }
        return Double(drained) / start.duration(to: .now).inSeconds
    }

    private func batch(_ db: Database, kindID: Int64, lease: Int64) throws -> Int {
        var effects: [Int64] = []
        var payloads = 0
        try db.inTransaction(.immediate) {
            let claim = try db.cachedStatement(
                sql:
                    "SELECT priority, effect FROM ready WHERE kind = ? AND account = 1 ORDER BY priority, effect LIMIT 1000"
            )
            var last: (Int, Int64) = (0, 0)
            let cursor = try Row.fetchCursor(claim, arguments: [kindID])
            while let row = try cursor.next() {
                last = (row[0], row[1])
                effects.append(row[1])
            }
            guard !effects.isEmpty else { return .commit }
            try db.cachedStatement(
                sql: "DELETE FROM ready WHERE kind = ? AND account = 1 AND (priority, effect) <= (?, ?)"
            ).execute(arguments: [kindID, last.0, last.1])
            try db.cachedStatement(
                sql: "INSERT INTO leases (id, worker, open, claimed_at, expires_at) VALUES (?, 1, ?, 0, 0)"
            )
            .execute(arguments: [lease, "[\(effects.map(String.init).joined(separator: ","))]"])
            let read = try db.cachedStatement(
                sql: "SELECT account, kind, payload, key, event FROM effects WHERE id = ?")
            for effect in effects {
                if let row = try Row.fetchOne(read, arguments: [effect]) { payloads += (row[2] as String).utf8.count }
            }
            return .commit
        }
        guard !effects.isEmpty else { return 0 }
        try db.inTransaction(.immediate) {
            let settle = try db.cachedStatement(
                sql: """
                    INSERT INTO outcomes (effect, outcome, run, lease, account, kind, output, error, started_at, completed_at)
                    VALUES (?, 'completed', 1, ?, 1, ?, NULL, NULL, ?, ?)
                    """)
            for effect in effects {
                try settle.execute(arguments: [effect, lease, kindID, 1_700_000_000_000, 1_700_000_000_000])
            }
            try db.cachedStatement(sql: "DELETE FROM leases WHERE id = ?").execute(arguments: [lease])
            return .commit
        }
        return effects.count
    }
}

/// Inserts effects with plain SQL, as any other program would.
struct Producer {
    let path: String

    /// Each payload holds the time just before its insert began, in microseconds.
    func run(count: Int, perSecond: Int) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let start = ContinuousClock.now
        for number in 0..<count {
            let due = start + .microseconds(1_000_000 / perSecond * number)
            let wait = ContinuousClock.now.duration(to: due).inSeconds
            if wait > 0 { Thread.sleep(forTimeInterval: wait) }
            let sentAt = Int64(Date().timeIntervalSince1970 * 1_000_000)
            try queue.write { db in
                try db.execute(
                    sql: "INSERT INTO effects (kind, payload) VALUES ('bench.stamp', ?)",
                    arguments: [#"{"sentAt":\#(sentAt)}"#])
            }
        }
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
