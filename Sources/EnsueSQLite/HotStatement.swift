internal import Ensue

/// Statements whose plans the tests hold to an index.
enum HotStatement {
    static let accountsWaiting = """
        WITH RECURSIVE waiting (account) AS (
            SELECT min(account) FROM {ready} WHERE kind = ?1
            UNION ALL
            SELECT (SELECT min(account) FROM {ready} WHERE kind = ?1 AND account > w.account) FROM waiting w
            WHERE w.account IS NOT NULL
        )
        SELECT account FROM waiting WHERE account IS NOT NULL
        """
    static let oldestReady = """
        SELECT priority, effect, run, alone FROM {ready} WHERE kind = ? AND account = ?
        ORDER BY priority, effect LIMIT ?
        """
    static let takeReady = """
        DELETE FROM {ready} WHERE kind = ? AND account = ? AND (priority, effect) <= (?, ?)
        """
    static let claimedEffect = """
        SELECT account, kind, payload, key, event, rule, cause, replay_of, depth FROM {effects} WHERE id = ?
        """
    static let due = "SELECT effect, run FROM {scheduled} WHERE due_at <= ? ORDER BY due_at LIMIT ?"
    static let overdue = """
        SELECT effect, run, lease, started_at FROM {parked} WHERE deadline <= ? ORDER BY deadline LIMIT ?
        """
    static let unrouted = """
        SELECT \(RecordedEvent.columns) FROM {unrouted} u CROSS JOIN {events} v ON v.id = u.event
        ORDER BY u.event LIMIT ?
        """
    static let all = [
        accountsWaiting, oldestReady, takeReady, claimedEffect, due, overdue, unrouted,
    ]
}
