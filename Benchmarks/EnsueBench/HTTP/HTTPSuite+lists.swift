import EnsueSQLite
import Foundation
import GRDB

extension HTTPSuite {
    /// How long lists of a long ledger take, by filter.
    func lists() async throws -> [Result] {
        let path = folder.appendingPathComponent("lists.db").path
        try SQLiteSuite(folder: folder, rounds: 1).removeDatabase(path)
        let middle = try await prepareLedger(path)
        let result = try await ListLoad.measure("http.lists", self, store: path, ledger: listed, middle: middle)
        try SQLiteSuite(folder: folder, rounds: 1).removeDatabase(path)
        return result
    }

    /// Written with plain SQL, whose triggers do the rest.
    private func prepareLedger(_ path: String) async throws -> String {
        _ = try SQLiteStore(path: path)
        var configuration = Configuration()
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = OFF") }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        for _ in 0..<(listed / 100_000) {
            try await queue.write { db in
                try db.execute(
                    sql: """
                        WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 100000)
                        INSERT INTO effects (kind, account, payload)
                        SELECT \(ListLoad.kind), \(ListLoad.account),
                            json_object('note', 'a note of some length', 'number', n)
                        FROM n;
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
        return try await queue.read { [listed] db in
            try String.fetchOne(
                db,
                sql: """
                    SELECT strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch') FROM effects WHERE id = ?
                    """, arguments: [listed / 2]) ?? ""
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
    static let account = "CASE WHEN n % 1000 = 0 THEN 'small' ELSE 'default' END"
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

    /// Each filter with its lists, from the top, from the middle, and from near the end.
    private static func lists(_ ledger: Int, middle: String) -> [(filter: String, paths: [String])] {
        let filters = [
            "all", "kind=bench.mail", "kind=bench.rare", "kind=bench.waiting", "state=completed", "state=failed",
            "state=cancelled", "state=ready", "state=scheduled", "state=held", "state=running", "state=uncertain",
            "state=failed&kind=bench.sms", "state=failed&kind=bench.rare", "state=completed&kind=bench.rare",
            "since=\(middle)", "until=\(middle)", "since=\(middle)&state=failed", "until=\(middle)&kind=bench.rare",
            "key=nobody-has-it", "account=small",
        ]
        let cursors = ["", "&cursor=\(ledger / 2)", "&cursor=\(ledger / 100)"]
        return filters.map { filter in
            let query = filter == "all" || filter == "account=small" ? "" : "&\(filter)"
            return (filter, cursors.map { "/v1/effects?limit=50\(query)\($0)" })
        }
    }

    /// The filter whose lists take longest counts. `middle` is when the row in the middle of the ledger was requested.
    static func measure(
        _ name: String, _ suite: HTTPSuite, store: String, ledger: Int, middle: String
    ) async throws -> [Result] {
        var slowest = (filter: "", p99: 0.0)
        for (filter, paths) in lists(ledger, middle: middle) {
            let script = HTTPSuite.get(paths, account: filter == "account=small" ? "small" : nil)
            let wrk = try await suite.serving(store: store) { port in
                try await Wrk(port: port, script: script, connections: 2, seconds: 3)
            }
            FileHandle.standardError.write(Data("  \(filter): p99 \(Report.number(wrk.p99)) ms\n".utf8))
            if wrk.p99 > slowest.p99 { slowest = (filter, wrk.p99) }
        }
        return [
            Result(
                "\(name).p99", slowest.p99, "ms", limit: 50,
                settings: ["effects": "\(ledger)", "connections": "2", "slowest of 21 filters": slowest.filter])
        ]
    }
}
