internal import Ensue

/// The statements from which lists are made: each names the ids that come next, newest first.
enum ListStatement {
    /// Looks through the blocks that hold something of an account and, perhaps, of a kind. Parameters: account, the id
    /// below which and from which on to look, the times from which on and before which (null for any), how many blocks,
    /// how many rows of each, and the kind.
    static func effects(ofKind: Bool) -> String {
        """
        \(blocks("{effect_blocks}", name: ofKind ? "kind" : nil, below: "$2"))
        SELECT b.block, r.id FROM blocks b LEFT JOIN LATERAL (
            SELECT e.id FROM {effects} e
            WHERE \(within("e.id")) AND e.account = $1 \(ofKind ? "AND e.kind = $8" : "")
                AND (e.created_at >= $4) IS NOT FALSE AND (e.created_at < $5) IS NOT FALSE
            ORDER BY e.id DESC LIMIT $7) AS r ON true
        ORDER BY b.block DESC, r.id DESC
        """
    }

    /// As ``effects(ofKind:)``, of events and their types.
    static func events(ofType: Bool) -> String {
        """
        \(blocks("{event_blocks}", name: ofType ? "type" : nil, below: "$2"))
        SELECT b.block, r.id FROM blocks b LEFT JOIN LATERAL (
            SELECT v.id FROM {events} v
            WHERE \(within("v.id")) AND v.account = $1 \(ofType ? "AND v.type = $8" : "")
                AND (v.recorded_at >= $4) IS NOT FALSE AND (v.recorded_at < $5) IS NOT FALSE
            ORDER BY v.id DESC LIMIT $7) AS r ON true
        ORDER BY b.block DESC, r.id DESC
        """
    }

    /// As ``effects(ofKind:)``, of completed ones, by their outcomes; it begins where there are any. The times are
    /// not looked at.
    static func completed(ofKind: Bool) -> String {
        """
        \(blocks(
            "{effect_blocks}", name: ofKind ? "kind" : nil,
            below: "(SELECT max(o.effect) + 1 FROM {outcomes} o WHERE o.effect < $2)"))
        SELECT b.block, r.effect FROM blocks b LEFT JOIN LATERAL (
            SELECT o.effect FROM {outcomes} o
            WHERE \(within("o.effect")) AND o.outcome = 'completed'
                AND o.account = (SELECT c.id FROM {accounts} c WHERE c.name = $1)
                \(ofKind ? "AND o.kind = (SELECT k.id FROM {kinds} k WHERE k.name = $8)" : "")
            ORDER BY o.effect DESC LIMIT $7) AS r ON true
        ORDER BY b.block DESC, r.effect DESC
        """
    }

    private static func blocks(_ table: String, name: String?, below: String) -> String {
        """
        WITH blocks AS MATERIALIZED (
            SELECT DISTINCT b.block FROM \(table) b
            WHERE b.account = $1 \(name.map { "AND b.\($0) = $8" } ?? "")
                AND b.block <= (\(below) - 1) >> \(IDBlock.bits) AND b.block >= $3 >> \(IDBlock.bits)
            ORDER BY b.block DESC LIMIT $6)
        """
    }

    private static func within(_ id: String) -> String {
        """
        \(id) BETWEEN b.block << \(IDBlock.bits) AND (b.block << \(IDBlock.bits)) + \(IDBlock.size - 1)
            AND \(id) < $2 AND \(id) >= $3
        """
    }

    /// Looks at the newest of what is in a place of few, as far as it lies in blocks that hold something of an account
    /// and, perhaps, of a kind. Parameters: account, the id below which and from which on, how many to go through, how
    /// many of these to look at, how many are wanted, and the kind. Each row says how many were gone through and looked
    /// at, and the last of both. Effects are looked up one by one (`OFFSET 0` keeps them apart): a merge would begin at
    /// the newest of all.
    static func place(_ ids: String, ofKind: Bool) -> String {
        """
        WITH near AS MATERIALIZED (
            SELECT p.effect, p.effect >> \(IDBlock.bits) AS block FROM (\(ids)) AS p
            WHERE p.effect < $2 AND p.effect >= $3 ORDER BY p.effect DESC LIMIT $4
        ), blocks AS MATERIALIZED (
            SELECT d.block FROM (SELECT DISTINCT n.block FROM near n) AS d
            WHERE EXISTS (SELECT FROM {effect_blocks} b
                WHERE b.account = $1 \(ofKind ? "AND b.kind = $7" : "") AND b.block = d.block)
        ), looked AS MATERIALIZED (
            SELECT n.effect FROM near n WHERE n.block IN (SELECT b.block FROM blocks b) ORDER BY n.effect DESC LIMIT $5)
        SELECT n.count, n.last, l.count, l.last, r.id
        FROM (SELECT count(*) AS count, min(effect) AS last FROM near) AS n
        CROSS JOIN (SELECT count(*) AS count, min(effect) AS last FROM looked) AS l
        LEFT JOIN LATERAL (
            SELECT f.id FROM looked x CROSS JOIN LATERAL (
                SELECT e.id FROM {effects} e
                WHERE e.id = x.effect AND e.account = $1 \(ofKind ? "AND e.kind = $7" : "") OFFSET 0) AS f
            ORDER BY x.effect DESC LIMIT $6) AS r ON true
        ORDER BY r.id DESC
        """
    }

    static let scheduled = "SELECT s.effect FROM {scheduled} s"
    static let running = "SELECT o.effect FROM {leases} l CROSS JOIN unnest(l.open) AS o (effect)"
    static func parked(_ state: String) -> String { "SELECT q.effect FROM {parked} q WHERE q.state = '\(state)'" }

    /// The newest of each kind and priority that is ready. Parameters: account, the id below which and from which on,
    /// how many, and the kind.
    static func ready(ofKind: Bool) -> String {
        """
        SELECT m.effect FROM {kinds} k CROSS JOIN unnest('{0,1,2,3}'::smallint[]) AS p (priority)
        CROSS JOIN LATERAL (
            SELECT r.effect FROM {ready} r
            WHERE r.kind = k.id AND r.account = (SELECT c.id FROM {accounts} c WHERE c.name = $1)
                AND r.priority = p.priority AND r.effect < $2 AND r.effect >= $3
            ORDER BY r.effect DESC LIMIT $4) AS m
        \(ofKind ? "WHERE k.name = $5" : "") ORDER BY m.effect DESC LIMIT $4
        """
    }

    /// The newest of each kind that failed or was cancelled. Parameters as for ``ready(ofKind:)``.
    static func ended(_ outcome: String, ofKind: Bool) -> String {
        """
        SELECT m.effect FROM {kinds} k CROSS JOIN LATERAL (
            SELECT o.effect FROM {outcomes} o
            WHERE o.outcome = '\(outcome)' AND o.outcome <> 'completed'
                AND o.account = (SELECT c.id FROM {accounts} c WHERE c.name = $1) AND o.kind = k.id
                AND o.effect < $2 AND o.effect >= $3
            ORDER BY o.effect DESC LIMIT $4) AS m
        \(ofKind ? "WHERE k.name = $5" : "") ORDER BY m.effect DESC LIMIT $4
        """
    }

    /// Parameters: account, the id below which and from which on, how many, and the event.
    static let ofEvent = """
        WITH found AS MATERIALIZED (
            SELECT e.id FROM {effects} e WHERE e.event = $5 AND e.event IS NOT NULL AND e.account = $1)
        SELECT id FROM found WHERE id < $2 AND id >= $3 ORDER BY id DESC LIMIT $4
        """
    /// Each with its type. Parameters: account, the id below which and from which on, how many, and the source.
    static let ofSource = """
        SELECT v.id, v.type FROM {events} v WHERE v.account = $1 AND v.source = $5 AND v.source IS NOT NULL
            AND v.id < $2 AND v.id >= $3
        ORDER BY v.id DESC LIMIT $4
        """
    /// Parameters: account, the id below which and from which on, how many, and the key.
    static let effectOfKey = """
        SELECT k.effect FROM {effect_keys} k
        WHERE k.account = $1 AND k.key = $5 AND k.effect < $2 AND k.effect >= $3 LIMIT $4
        """
    static let eventOfKey = """
        SELECT k.event FROM {event_keys} k
        WHERE k.account = $1 AND k.key = $5 AND k.event < $2 AND k.event >= $3 LIMIT $4
        """

    /// Where rows of a time or later begin, found by halves: an id before which there are none, and one, if there is, from
    /// which on there are no earlier ones. Ids follow the times only roughly, so that each look takes the latest of some
    /// neighbours, and these lie between.
    static func since(_ table: String, _ time: String) -> String {
        """
        WITH RECURSIVE search (low, high) AS (
            SELECT min(id), max(id) + 1 FROM {\(table)}
            UNION ALL
            SELECT CASE WHEN n.is_late THEN s.low ELSE m.middle + 1 END, CASE WHEN n.is_late THEN m.middle ELSE s.high END
            FROM search s CROSS JOIN LATERAL (SELECT s.low + (s.high - s.low) / 2 AS middle) AS m
            CROSS JOIN LATERAL (
                SELECT max(w.time) >= $1 AS is_late FROM (
                    SELECT x.\(time) AS time FROM {\(table)} x WHERE x.id >= m.middle ORDER BY x.id LIMIT 16) AS w) AS n
            WHERE s.low < s.high
        )
        SELECT s.low, (SELECT max(w.id) + 1 FROM (
            SELECT x.id FROM {\(table)} x WHERE x.id >= s.low ORDER BY x.id LIMIT 64) AS w)
        FROM search s WHERE s.low >= s.high
        """
    }
}
