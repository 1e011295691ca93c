internal import Ensue

/// Statements whose plans the tests hold to an index.
enum HotStatement {
    /// Skips from group to group through the primary key; never walks a group's backlog. Parameters: kinds, and for
    /// each the accounts above and up to which to look. The last row, whose kind is null, says how many seconds it took.
    static let sweep = """
        WITH RECURSIVE groups AS (
            SELECT first.*, s.high FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS s (kind, low, high),
                LATERAL (SELECT r.kind, r.account, r.priority, r.effect FROM {ready} r
                    WHERE r.kind = s.kind AND r.account > s.low AND r.account <= s.high
                    ORDER BY r.kind, r.account, r.priority, r.effect LIMIT 1) AS first
            UNION ALL
            SELECT next.*, g.high FROM groups g,
                LATERAL (SELECT r.kind, r.account, r.priority, r.effect FROM {ready} r
                    WHERE r.kind = g.kind AND (r.account, r.priority) > (g.account, g.priority)
                        AND r.account <= g.high
                    ORDER BY r.kind, r.account, r.priority, r.effect LIMIT 1) AS next
        ), found AS MATERIALIZED (SELECT kind, account, priority, effect FROM groups LIMIT 1000)
        SELECT kind, account, priority, effect, NULL::double precision FROM found
        UNION ALL
        SELECT NULL, NULL, NULL, count(*), extract(epoch FROM clock_timestamp() - statement_timestamp())::double precision
        FROM found
        """
    /// Parameters: kinds, accounts, priorities, the positions from which to look, and how many to take at most.
    static let takeReady = """
        DELETE FROM {ready} WHERE ctid = ANY(ARRAY(
            SELECT oldest.ctid FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
                AS w (kind, account, priority, start, room),
                LATERAL (SELECT r.ctid FROM {ready} r
                    WHERE r.kind = w.kind AND r.account = w.account AND r.priority = w.priority AND r.effect >= w.start
                    ORDER BY r.effect LIMIT w.room FOR UPDATE SKIP LOCKED) AS oldest))
        RETURNING kind, account, priority, effect, run, alone
        """
    /// Whether something is ready in given groups. Ordered, since a search for just any row may read the table through.
    /// Parameters: kinds, accounts, priorities, and the positions from which to look.
    static let isReady = """
        SELECT EXISTS (SELECT FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
            AS w (kind, account, priority, start),
            LATERAL (SELECT 1 FROM {ready} r WHERE r.kind = w.kind AND r.account = w.account
                AND r.priority = w.priority AND r.effect >= w.start ORDER BY r.effect LIMIT 1) AS one)
        """
    /// Whether events, endings, effects that wait for a time, and deferred ones can be dealt with. The parameter is the
    /// event from which to look.
    static let pending = """
        SELECT (SELECT event FROM {unrouted} WHERE event >= $1 ORDER BY event LIMIT 1) IS NOT NULL,
            EXISTS (SELECT FROM {ended}) OR EXISTS (SELECT FROM {adopted} WHERE owed_at <= {clock}()),
            (SELECT due_at FROM {scheduled} ORDER BY due_at, effect LIMIT 1) <= {clock}(),
            (SELECT deadline FROM {parked} WHERE deadline IS NOT NULL ORDER BY deadline, effect LIMIT 1) <= {clock}()
        """
    static let claimedStretch = """
        SELECT id, payload, key, event, rule, cause, replay_of, depth FROM {effects} WHERE id BETWEEN $1 AND $2
        """
    static let claimedEffects = claimedStretch + " AND id = ANY($3)"
    static let histories = """
        SELECT effect, result, alone FROM {attempts} WHERE effect = ANY($1) AND effect BETWEEN $2 AND $3 ORDER BY id
        """
    static let promote = """
        WITH due AS (
            DELETE FROM {scheduled} WHERE effect = ANY(ARRAY(
                SELECT s.effect FROM {scheduled} s WHERE s.due_at <= {clock}() ORDER BY s.due_at, s.effect LIMIT $1
                FOR UPDATE SKIP LOCKED))
            RETURNING effect, run
        )
        SELECT effect, run FROM due
        """
    static let expire = """
        DELETE FROM {parked} WHERE effect = ANY(ARRAY(
            SELECT p.effect FROM {parked} p WHERE p.deadline <= {clock}() ORDER BY p.deadline, p.effect LIMIT $1
            FOR UPDATE SKIP LOCKED))
        RETURNING effect, run, lease, started_at
        """
    static let unrouted = """
        DELETE FROM {unrouted} WHERE event = ANY(ARRAY(
            SELECT u.event FROM {unrouted} u WHERE u.event >= $1 ORDER BY u.event LIMIT $2 FOR UPDATE SKIP LOCKED))
        RETURNING event
        """
    static let all = [
        sweep, takeReady, isReady, pending, claimedStretch, claimedEffects, histories, promote, expire, unrouted,
    ]
}
