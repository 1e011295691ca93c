import Ensue
import EnsueSQLite
import Foundation
import GRDB

extension SQLiteSuite {
    func inFreshStore<Value>(_ body: (SQLiteStore) async throws -> Value) async throws -> Value {
        let path = folder.appendingPathComponent("bench-\(UUID().uuidString).db").path
        let value = try await body(try SQLiteStore(path: path))
        try removeDatabase(path)
        return value
    }

    func removeDatabase(_ path: String) throws {
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
    }

    func fill(_ store: SQLiteStore, count: Int) async throws {
        for batch in 0..<(count / 1000) {
            _ = try await store.request(
                try (0..<1000).map {
                    try EffectRequest(Noop(number: batch * 1000 + $0, note: "a note of some length"))
                })
        }
    }

    /// Returns when nothing waits and nothing runs.
    func waitUntilEmpty(_ store: SQLiteStore) async throws {
        let reader = try DatabaseQueue(path: store.path, configuration: Configuration())
        let sql = """
            SELECT NOT EXISTS (SELECT 1 FROM unrouted) AND NOT EXISTS (SELECT 1 FROM ready)
                AND NOT EXISTS (SELECT 1 FROM leases)
            """
        while try await reader.read({ try Bool.fetchOne($0, sql: sql) }) != true {
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// A ledger with finished effects, written with plain SQL.
    func prepareHistory(_ path: String, count: Int) async throws {
        _ = try SQLiteStore(path: path)
        var configuration = Configuration()
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = OFF") }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        for _ in 0..<(count / 200_000) {
            try await queue.write { db in
                try db.execute(
                    sql: """
                        WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 200000)
                        INSERT INTO effects (kind, payload)
                        SELECT 'bench.noop', json_object('note', 'a note of some length', 'number', n) FROM n;
                        INSERT INTO outcomes (effect, outcome, run, lease, account, kind, started_at, completed_at)
                        SELECT effect, 'completed', 1, 1, account, kind, 1700000000000, 1700000000000 FROM ready;
                        DELETE FROM ready;
                        """)
            }
        }
    }

    /// The resident memory of `ensue serve` on a store where a million effects wait.
    func memory() async throws -> [Result] {
        let server = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("ensue")
        let path = folder.appendingPathComponent("waiting.db").path
        try removeDatabase(path)
        try await prepareWaiting(path)
        let process = Process()
        process.executableURL = server
        process.arguments = ["serve", "--store", path, "--port", "18931"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        var peak = 0.0
        for _ in 0..<50 {
            try await Task.sleep(for: .milliseconds(200))
            peak = max(peak, residentMegabytes(process.processIdentifier))
        }
        process.terminate()
        process.waitUntilExit()
        try removeDatabase(path)
        return [Result("sqlite.memory.waiting", peak, "MB", limit: 120, settings: ["waiting": "1000000"])]
    }

    /// Half waits for its time, half for a handler.
    private func prepareWaiting(_ path: String) async throws {
        _ = try SQLiteStore(path: path)
        let queue = try DatabaseQueue(path: path)
        try await queue.write { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 500000)
                    INSERT INTO effects (kind, payload) SELECT 'nobody.handles', json_object('number', n) FROM n;
                    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 500000)
                    INSERT INTO effects (kind, payload, due_at)
                    SELECT 'log', json_object('message', n), '2999-01-01T00:00:00Z' FROM n;
                    """)
        }
    }

    /// From `/proc`; 0 where there is none.
    private func residentMegabytes(_ process: Int32) -> Double {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
        else { return 0 }
        return kilobytes / 1024
    }
}
