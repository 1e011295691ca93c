@testable import EnsuePostgres

extension TemporarySchema {
    /// Waits until no other session has this schema's name in its last statement: what they have counted is told then.
    func waitForSessionsToEnd() async throws {
        let sql = """
            SELECT count(*) FROM pg_stat_activity
            WHERE query LIKE '%"\(name)".%' AND pid <> pg_backend_pid() AND backend_type = 'client backend'
            """
        try await until("the sessions are over") { try await count(sql) == 0 }
    }

    /// The sessions that wait for a lock on one of this schema's tables or their rows.
    func blocked() async throws -> [Int64] {
        try await rows(
            """
            SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%"\(name)".%'
                AND pid <> pg_backend_pid()
            """
        ) { $0.int(0) }
    }

    /// Waits until a session waits for a lock; returns it.
    @discardableResult
    func waitForBlocked() async throws -> Int64 {
        var found: Int64?
        try await until("somebody waits for a lock") {
            found = try await blocked().first
            return found != nil
        }
        return found ?? 0
    }
}
