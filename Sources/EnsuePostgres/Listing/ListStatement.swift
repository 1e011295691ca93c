internal import Ensue

/// The statements from which lists are made: each names the ids that come next, newest first.
///
/// Parameters of all that look through parts: account, the id below which and from which on to look, the times from
/// which on and before which (null for any), how many ids are wanted, how many parts to look through, and the kind or
/// type. They return what ``LookedThrough`` reads.
enum ListStatement {
    /// Looks through the blocks that hold something of an account and, perhaps, of a kind.
    static func effects(ofKind: Bool) -> String {
        """
        \(blocks("{effect_blocks}", name: ofKind ? "kind" : nil, below: "$2"))
        \(parts(of: "effects", "id")), r.id FROM blocks b LEFT JOIN LATERAL (
            SELECT e.id FROM {effects} e WHERE \(within("e.id")) AND \(isWanted(ofKind: ofKind))
            ORDER BY e.id DESC LIMIT $6) AS r ON true
        ORDER BY b.block DESC, r.id DESC
        """
    }

    /// As ``effects(ofKind:)``, of events and their types.
    static func events(ofType: Bool) -> String {
        """
        \(blocks("{event_blocks}", name: ofType ? "type" : nil, below: "$2"))
        \(parts(of: "events", "id")), r.id FROM blocks b LEFT JOIN LATERAL (
            SELECT v.id FROM {events} v
            WHERE \(within("v.id")) AND v.account = $1 \(ofType ? "AND v.type = $8" : "") AND \(isInTime("v.recorded_at"))
            ORDER BY v.id DESC LIMIT $6) AS r ON true
        ORDER BY b.block DESC, r.id DESC
        """
    }

    /// As ``effects(ofKind:)``, of completed ones, by their outcomes; it begins where there are any.
    static func completed(ofKind: Bool) -> String {
        """
        \(blocks(
            "{effect_blocks}", name: ofKind ? "kind" : nil,
            below: "(SELECT max(o.effect) + 1 FROM {outcomes} o WHERE o.effect < $2)"))
        \(parts(of: "outcomes", "effect")), r.effect FROM blocks b LEFT JOIN LATERAL (
            SELECT o.effect FROM {outcomes} o
            WHERE \(within("o.effect")) AND o.outcome = 'completed'
                AND o.account = (SELECT c.id FROM {accounts} c WHERE c.name = $1)
                \(ofKind ? "AND o.kind = (SELECT k.id FROM {kinds} k WHERE k.name = $8)" : "")
                AND (($4 IS NULL AND $5 IS NULL) OR EXISTS (
                    SELECT FROM {effects} e WHERE e.id = o.effect AND \(isInTime("e.created_at"))))
            ORDER BY o.effect DESC LIMIT $6) AS r ON true
        ORDER BY b.block DESC, r.effect DESC
        """
    }

    private static func blocks(_ table: String, name: String?, below: String) -> String {
        """
        WITH blocks AS MATERIALIZED (
            SELECT DISTINCT b.block FROM \(table) b
            WHERE b.account = $1 \(name.map { "AND b.\($0) = $8" } ?? "")
                AND b.block <= (\(below) - 1) >> \(IDBlock.bits) AND b.block >= $3 >> \(IDBlock.bits)
            ORDER BY b.block DESC LIMIT $7)
        """
    }

    /// A block of which retention has left nothing is looked through in no time.
    private static func parts(of table: String, _ id: String) -> String {
        """
        SELECT b.block << \(IDBlock.bits), CASE WHEN EXISTS (SELECT FROM {\(table)} x WHERE \(within("x.\(id)")))
            THEN \(IDBlock.size)::bigint ELSE 8 END
        """
    }

    private static func within(_ id: String) -> String {
        """
        \(id) BETWEEN b.block << \(IDBlock.bits) AND (b.block << \(IDBlock.bits)) + \(IDBlock.size - 1)
            AND \(id) < $2 AND \(id) >= $3
        """
    }

    private static func isInTime(_ time: String) -> String {
        "(\(time) >= $4) IS NOT FALSE AND (\(time) < $5) IS NOT FALSE"
    }

    private static func isWanted(ofKind: Bool) -> String {
        "e.account = $1 \(ofKind ? "AND e.kind = $8" : "") AND \(isInTime("e.created_at"))"
    }

    /// Goes through a place by leaps: to its next effect, and from there to the next block that holds something of the
    /// account and, perhaps, of the kind. What lies between belongs to others, or is in no such place.
    static func place(_ ids: String, ofKind: Bool) -> String {
        """
        WITH RECURSIVE leaps (number, below, block) AS (
            SELECT 0::bigint, $2, NULL::bigint
            UNION ALL
            SELECT l.number + 1, (n.block + (CASE WHEN n.block = p.block THEN 0 ELSE 1 END)) << \(IDBlock.bits),
                CASE WHEN n.block = p.block THEN n.block END
            FROM leaps l CROSS JOIN LATERAL (
                SELECT p.effect >> \(IDBlock.bits) AS block FROM (\(ids)) AS p
                WHERE p.effect < l.below AND p.effect >= $3 ORDER BY p.effect DESC LIMIT 1) AS p
            CROSS JOIN LATERAL (
                SELECT b.block FROM {effect_blocks} b
                WHERE b.account = $1 \(ofKind ? "AND b.kind = $8" : "") AND b.block <= p.block
                ORDER BY b.block DESC LIMIT 1) AS n
            WHERE l.number < $7
        )
        SELECT b.below, \(leap) + (SELECT count(*) FROM (\(ids)) AS p WHERE \(within("p.effect"))), r.id
        FROM leaps b LEFT JOIN LATERAL (
            SELECT f.id FROM (\(ids)) AS p CROSS JOIN LATERAL (
                SELECT e.id FROM {effects} e WHERE e.id = p.effect AND \(isWanted(ofKind: ofKind)) OFFSET 0) AS f
            WHERE \(within("p.effect")) ORDER BY p.effect DESC LIMIT $6) AS r ON true
        WHERE b.number > 0 ORDER BY b.number, r.id DESC
        """
    }

    /// As many rows can be looked at while one leap is made.
    private static let leap = 32

    static let scheduled = "SELECT s.effect FROM {scheduled} s"
    static func parked(_ state: String) -> String { "SELECT q.effect FROM {parked} q WHERE q.state = '\(state)'" }

    /// Looks at candidates one by one (`OFFSET 0` keeps them apart: a merge would begin at the newest of all).
    private static func sifted(_ candidates: String, ofKind: Bool) -> String {
        """
        WITH near AS MATERIALIZED (\(candidates) ORDER BY 1 DESC LIMIT $7)
        SELECT n.effect, 1::bigint, f.id FROM near n LEFT JOIN LATERAL (
            SELECT e.id FROM {effects} e WHERE e.id = n.effect AND \(isWanted(ofKind: ofKind)) OFFSET 0) AS f ON true
        ORDER BY n.effect DESC
        """
    }

    /// All that runs is gone through, whosever it is.
    static func running(ofKind: Bool) -> String {
        sifted(
            """
            SELECT o.effect FROM {leases} l CROSS JOIN unnest(l.open) AS o (effect)
            WHERE o.effect < $2 AND o.effect >= $3 AND EXISTS (SELECT FROM {effect_blocks} b
                WHERE b.account = $1 \(ofKind ? "AND b.kind = $8" : "") AND b.block = o.effect >> \(IDBlock.bits))
            """, ofKind: ofKind)
    }

    /// The newest of each kind and priority that is ready.
    static func ready(ofKind: Bool) -> String {
        sifted(
            """
            SELECT m.effect FROM {kinds} k CROSS JOIN unnest('{0,1,2,3}'::smallint[]) AS p (priority)
            CROSS JOIN LATERAL (
                SELECT r.effect FROM {ready} r
                WHERE r.kind = k.id AND r.account = (SELECT c.id FROM {accounts} c WHERE c.name = $1)
                    AND r.priority = p.priority AND r.effect < $2 AND r.effect >= $3
                ORDER BY r.effect DESC LIMIT $7) AS m
            \(ofKind ? "WHERE k.name = $8" : "")
            """, ofKind: ofKind)
    }

    /// The newest of each kind that failed or was cancelled.
    static func ended(_ outcome: String, ofKind: Bool) -> String {
        sifted(
            """
            SELECT m.effect FROM {kinds} k CROSS JOIN LATERAL (
                SELECT o.effect FROM {outcomes} o
                WHERE o.outcome = '\(outcome)' AND o.outcome <> 'completed'
                    AND o.account = (SELECT c.id FROM {accounts} c WHERE c.name = $1) AND o.kind = k.id
                    AND o.effect < $2 AND o.effect >= $3
                ORDER BY o.effect DESC LIMIT $7) AS m
            \(ofKind ? "WHERE k.name = $8" : "")
            """, ofKind: ofKind)
    }

    /// Events of a source, among which those of a type are picked.
    static func ofSource(ofType: Bool) -> String {
        """
        WITH near AS MATERIALIZED (
            SELECT v.id, v.type, v.recorded_at FROM {events} v
            WHERE v.account = $1 AND v.source = $9 AND v.source IS NOT NULL AND v.id < $2 AND v.id >= $3
            ORDER BY v.id DESC LIMIT $7)
        SELECT n.id, 1::bigint, CASE WHEN \(isInTime("n.recorded_at")) \(ofType ? "AND n.type = $8" : "") THEN n.id END
        FROM near n ORDER BY n.id DESC
        """
    }

    /// What a rule requested for an event, which is little. The parameters are those of lists by parts, of which there is
    /// one, and the event.
    static func ofEvent(_ state: EffectQuery.State?, ofKind: Bool) -> String {
        """
        WITH found AS MATERIALIZED (
            SELECT e.id FROM {effects} e
            WHERE e.event = $9 AND e.event IS NOT NULL AND \(isWanted(ofKind: ofKind))
                \(state.map { "AND \(isIn($0))" } ?? ""))
        SELECT id FROM found WHERE id < $2 AND id >= $3 ORDER BY id DESC LIMIT $6
        """
    }

    /// Whether an effect `e` is in the place of a state.
    private static func isIn(_ state: EffectQuery.State) -> String {
        switch state {
        case .completed, .failed, .cancelled:
            "EXISTS (SELECT FROM {outcomes} o WHERE o.effect = e.id AND o.outcome = '\(state.rawValue)')"
        case .held, .deferred, .uncertain:
            "EXISTS (SELECT FROM {parked} q WHERE q.effect = e.id AND q.state = '\(state.rawValue)')"
        case .scheduled: "EXISTS (SELECT FROM {scheduled} s WHERE s.effect = e.id)"
        case .running: "e.id IN (SELECT o.effect FROM {leases} l CROSS JOIN unnest(l.open) AS o (effect))"
        case .ready:
            """
            EXISTS (SELECT FROM {ready} r WHERE r.kind = (SELECT k.id FROM {kinds} k WHERE k.name = e.kind)
                AND r.account = (SELECT c.id FROM {accounts} c WHERE c.name = $1)
                AND r.priority = e.priority AND r.effect = e.id)
            """
        }
    }

    /// Parameters: account, the id below which and from which on, how many, and the key.
    static let effectOfKey = """
        SELECT k.effect FROM {effect_keys} k
        WHERE k.account = $1 AND k.key = $5 AND k.effect < $2 AND k.effect >= $3 LIMIT $4
        """
    static let eventOfKey = """
        SELECT k.event FROM {event_keys} k
        WHERE k.account = $1 AND k.key = $5 AND k.event < $2 AND k.event >= $3 LIMIT $4
        """
}
