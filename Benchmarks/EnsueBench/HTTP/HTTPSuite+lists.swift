import EnsueSQLite
import Foundation
import GRDB

extension HTTPSuite {
    /// The slowest of a hundred answers over lists with every kind of filter, of a long ledger.
    func lists() async throws -> [Result] {
        let path = folder.appendingPathComponent("lists.db").path
        try SQLiteSuite(folder: folder, rounds: 1).removeDatabase(path)
        try await prepareLedger(path)
        let result = try await ListLoad.measure("http.lists", self, store: path, ledger: listed)
        try SQLiteSuite(folder: folder, rounds: 1).removeDatabase(path)
        return result
    }

    /// Written with plain SQL, whose triggers do the rest.
    private func prepareLedger(_ path: String) async throws {
        _ = try SQLiteStore(path: path)
        var configuration = Configuration()
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = OFF") }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        for _ in 0..<(listed / 100_000) {
            try await queue.write { db in
                try db.execute(
                    sql: """
                        WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 100000)
                        INSERT INTO effects (kind, payload)
                        SELECT \(ListLoad.kind), json_object('note', 'a note of some length', 'number', n) FROM n;
                        INSERT INTO outcomes
                            (effect, outcome, run, lease, account, kind, error, started_at, completed_at)
                        SELECT effect, \(ListLoad.outcome), 1, 1, account, kind, 'broken', 1700000000000, 1700000000000
                        FROM ready;
                        DELETE FROM ready;
                        """)
            }
        }
        try await queue.write {
            try $0.execute(sql: ListLoad.waiting("", "(SELECT value FROM json_each('[1,2,3,4]'))"))
        }
    }
}

/// Lists of a long ledger, as a person who looks for something asks for them.
enum ListLoad {
    /// Of every row `n`: three usual kinds, and a rare one.
    static let kind = """
        CASE WHEN n = 77 THEN 'bench.rare' WHEN n % 3 = 0 THEN 'bench.mail' WHEN n % 3 = 1 THEN 'bench.sms'
            ELSE 'bench.noop' END
        """
    static let outcome = "CASE WHEN effect % 100 = 0 THEN 'failed' ELSE 'completed' END"

    /// Some thousand effects that have not ended.
    static func waiting(_ schema: String, _ numbers: String) -> String {
        """
        INSERT INTO \(schema)effects (kind, payload)
        SELECT 'bench.waiting', '{}' FROM \(numbers) a, \(numbers) b, \(numbers) c, \(numbers) d, \(numbers) e;
        INSERT INTO \(schema)effects (kind, payload, due_at)
        SELECT 'bench.waiting', '{}', '2999-01-01T00:00:00Z' FROM \(numbers) a, \(numbers) b, \(numbers) c, \(numbers) d;
        INSERT INTO \(schema)effects (kind, payload, approval)
        SELECT 'bench.waiting', '{}', 'required' FROM \(numbers) a, \(numbers) b, \(numbers) c;
        """
    }

    private static func paths(_ ledger: Int) -> [String] {
        let filters = [
            "", "kind=bench.mail", "kind=bench.rare", "kind=bench.waiting", "state=completed", "state=failed",
            "state=cancelled", "state=ready", "state=scheduled", "state=held", "state=running", "state=uncertain",
            "state=failed&kind=bench.sms", "state=failed&kind=bench.rare", "state=completed&kind=bench.rare",
            "since=2026-01-01T00:00:00Z", "until=2026-01-01T00:00:00Z", "key=nobody-has-it",
        ]
        let cursors = ["", "&cursor=\(ledger / 2)", "&cursor=\(ledger / 100)"]
        return filters.flatMap { filter in cursors.map { "/v1/effects?limit=50&\(filter)\($0)" } }
            .map { $0.replacing("&&", with: "&") }
    }

    static func measure(_ name: String, _ suite: HTTPSuite, store: String, ledger: Int) async throws -> [Result] {
        let wrk = try await suite.serving(store: store) { port in
            try await Wrk(port: port, script: HTTPSuite.get(paths(ledger)), connections: 2, seconds: 20)
        }
        return [
            Result(
                "\(name).p99", wrk.p99, "ms", limit: 50,
                settings: [
                    "effects": "\(ledger)", "connections": "2", "lists": "\(paths(ledger).count) filters and cursors",
                ])
        ]
    }
}
