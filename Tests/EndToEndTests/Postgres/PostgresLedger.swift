import Foundation
import PostgresServer

/// Reads a whole ledger with plain SQL and says what contradicts the promises. It knows nothing of the engine's code.
struct PostgresLedger: Sendable {
    let server: PostgresServer
    var database = "postgres"

    /// What a producer was told. Of what was inserted with plain SQL the id or the key may be all that is known.
    struct Acknowledged: Sendable, Hashable {
        enum Kind: String, Sendable { case event, effect }

        let kind: Kind
        let key: String?
        let id: Int64?
    }

    func sql(_ sql: String) async throws -> String {
        try await server.psql("SET search_path TO ensue;\n" + sql, database: database)
    }

    func count(_ sql: String) async throws -> Int {
        let text = try await self.sql(sql)
        guard let number = Int(text) else { throw EndToEndError("no number but '\(text)': \(sql)") }
        return number
    }

    /// Effects and events that are not done with.
    func open() async throws -> Int {
        try await count(
            """
            SELECT (SELECT count(*) FROM unrouted) + (SELECT count(*) FROM ended) + (SELECT count(*) FROM effects)
                - (SELECT count(*) FROM outcomes)
            """)
    }

    /// What a ledger has to be like at any moment, also while processes are at work; none if all is well.
    func violations() async throws -> [String] { try await lines(LedgerQuestions.always) }

    /// What it has to be like once everything has ended and all processes have stopped.
    ///
    /// `listeners` says how many effects each event of a type calls for.
    func violations(
        acknowledged: Set<Acknowledged>, listeners: [String: Int], deliveries: [String: CountingReceiver.Delivery]
    ) async throws -> [String] {
        let told = acknowledged.map { "\($0.kind.rawValue)\t\($0.key ?? "\\N")\t\($0.id.map(String.init) ?? "\\N")" }
        let heard = listeners.map { "\($0.key)\t\($0.value)" }
        let received = deliveries.map { "\($0.key)\t\($0.value.count)\t\($0.value.identities.joined(separator: ","))" }
        return try await lines(
            """
            CREATE TEMPORARY TABLE acknowledged (what text, key text, id bigint) ON COMMIT DROP;
            \(Self.copy("acknowledged", told))
            CREATE TEMPORARY TABLE listeners (type text, effects integer) ON COMMIT DROP;
            \(Self.copy("listeners", heard))
            CREATE TEMPORARY TABLE deliveries (key text, count integer, identities text) ON COMMIT DROP;
            \(Self.copy("deliveries", received))
            """ + LedgerQuestions.always + LedgerQuestions.atTheEnd)
    }

    private static func copy(_ table: String, _ rows: [String]) -> String {
        "COPY \(table) FROM STDIN;\n" + rows.map { $0 + "\n" }.joined() + "\\.\n"
    }

    /// All questions see one and the same moment.
    private func lines(_ questions: String) async throws -> [String] {
        try await sql("BEGIN ISOLATION LEVEL REPEATABLE READ;\n" + questions + "COMMIT;")
            .split(separator: "\n").map(String.init)
    }
}

/// Queries each of whose rows is a sentence about something that is wrong.
private enum LedgerQuestions {
    static let always = """
        CREATE TEMPORARY TABLE places ON COMMIT DROP AS
            SELECT effect, 'ready' AS place FROM ready UNION ALL SELECT effect, 'scheduled' FROM scheduled
            UNION ALL SELECT effect, 'parked' FROM parked UNION ALL SELECT effect, 'outcomes' FROM outcomes
            UNION ALL SELECT unnest(open), 'lease ' || id FROM leases;

        SELECT format('effect %s is in %s places: %s', e.id, count(p.effect), string_agg(p.place, ', '))
        FROM effects e LEFT JOIN places p ON p.effect = e.id GROUP BY e.id HAVING count(p.effect) <> 1;
        SELECT format('effect %s is in %s and has no row', effect, place) FROM places
        WHERE effect NOT IN (SELECT id FROM effects);

        SELECT format('the key %s of %s has %s effects', key, account, count(*)) FROM effects
        WHERE key IS NOT NULL GROUP BY account, key HAVING count(*) > 1;
        SELECT format('the key %s of %s has %s events', key, account, count(*)) FROM events
        WHERE key IS NOT NULL GROUP BY account, key HAVING count(*) > 1;
        SELECT format('the key %s names effect %s', k.key, k.effect) FROM effect_keys k
        WHERE NOT EXISTS (SELECT FROM effects e WHERE e.id = k.effect AND e.key = k.key AND e.account = k.account);
        SELECT format('the key %s names event %s', k.key, k.event) FROM event_keys k
        WHERE NOT EXISTS (SELECT FROM events v WHERE v.id = k.event AND v.key = k.key AND v.account = k.account);

        -- Runs are numbered without gaps, and what lost them is in the ledger.
        SELECT format('effect %s ended in run %s after %s attempts', o.effect, o.run, count(a.effect))
        FROM outcomes o LEFT JOIN attempts a ON a.effect = o.effect GROUP BY o.effect, o.run
        HAVING o.run <> 1 + count(a.effect);
        SELECT format('effect %s has %s attempts, the last in run %s', effect, count(*), max(run)) FROM attempts
        GROUP BY effect HAVING max(run) <> count(*) OR min(run) <> 1;

        -- What was counted is what is written.
        CREATE TEMPORARY TABLE counted ON COMMIT DROP AS
            SELECT kind, measure, sum(count) AS count FROM (
                SELECT kind, measure, count FROM counters UNION ALL SELECT kind, measure, count FROM counts) AS c
            GROUP BY 1, 2;
        SELECT format('%s effects of kind %s are %s and %s were counted', w.count, w.kind, w.measure, coalesce(c.count, 0))
        FROM (
            SELECT kind, outcome AS measure, count(*) AS count FROM outcomes GROUP BY 1, 2
            UNION ALL
            SELECT k.id, a.result, count(*) FROM attempts a JOIN effects e ON e.id = a.effect
            JOIN kinds k ON k.name = e.kind WHERE a.result = 'lost' GROUP BY 1, 2
        ) AS w LEFT JOIN counted c USING (kind, measure) WHERE w.count IS DISTINCT FROM c.count;

        -- Ranges follow one another, hold all ids, and have their partitions.
        SELECT format('the range of %s from %s does not follow on %s', family, first, before) FROM (
            SELECT *, lag(until) OVER (PARTITION BY family ORDER BY first) AS before FROM ranges) AS r
        WHERE first <> before;
        SELECT format('ids of %s up to %s have no range', family, last) FROM (
            SELECT 'events' AS family, last_value AS last FROM event_id
            UNION ALL SELECT 'effects', last_value FROM effect_id) AS s
        WHERE NOT EXISTS (SELECT FROM ranges r WHERE r.family = s.family AND s.last >= r.first AND s.last < r.until);
        SELECT format('%s has %s partitions for %s ranges', t.name, count(i.inhrelid), r.count)
        FROM (VALUES ('events', 'events'), ('effects', 'effects'), ('outcomes', 'effects'), ('attempts', 'effects'))
            AS t (name, family)
        JOIN (SELECT family, count(*) AS count FROM ranges GROUP BY 1) AS r USING (family)
        LEFT JOIN pg_inherits i ON i.inhparent = to_regclass(t.name) AND NOT i.inhdetachpending
        GROUP BY t.name, r.count HAVING count(i.inhrelid) <> r.count;

        """

    static let atTheEnd = """
        SELECT format('the acknowledged effect %s %s is gone', a.key, a.id) FROM acknowledged a
        WHERE a.what = 'effect' AND NOT EXISTS (SELECT FROM effects e
            WHERE e.key IS NOT DISTINCT FROM a.key AND e.id = coalesce(a.id, e.id));
        SELECT format('the acknowledged event %s %s is gone', a.key, a.id) FROM acknowledged a
        WHERE a.what = 'event' AND NOT EXISTS (SELECT FROM events v
            WHERE v.key IS NOT DISTINCT FROM a.key AND v.id = coalesce(a.id, v.id));

        SELECT format('effect %s is still in %s', effect, place) FROM places WHERE place <> 'outcomes';
        SELECT format('effect %s has failed: %s', effect, error) FROM outcomes WHERE outcome = 'failed';
        SELECT format('lease %s of worker %s is left over', id, worker) FROM leases;
        SELECT format('worker %s is left over', name) FROM workers;

        SELECT format('event %s (%s) has not been routed', v.id, v.type) FROM events v JOIN unrouted u ON u.event = v.id;
        SELECT format('event %s (%s) caused %s effects', v.id, v.type, count(e.id))
        FROM events v LEFT JOIN effects e ON e.event = v.id LEFT JOIN listeners l ON l.type = v.type
        GROUP BY v.id, v.type, l.effects HAVING count(e.id) <> coalesce(l.effects, 0);
        SELECT format('effect %s recorded %s events', e.id, count(v.id)) FROM effects e
        LEFT JOIN events v ON v.cause = e.id WHERE e.kind = 'event.record' GROUP BY e.id HAVING count(v.id) <> 1;

        -- Each run of ours delivers once at most; a run more is one whose lease was lost, and that is an attempt.
        SELECT format('%s (effect %s) was delivered %s times in %s runs', e.key, e.id, coalesce(d.count, 0), o.run)
        FROM effects e JOIN outcomes o ON o.effect = e.id LEFT JOIN deliveries d ON d.key = e.key
        WHERE e.kind = 'http.request' AND (coalesce(d.count, 0) NOT BETWEEN 1 AND o.run);
        SELECT format('%s (effect %s) was delivered as %s', e.key, e.id, d.identities)
        FROM effects e JOIN deliveries d ON d.key = e.key, store s
        WHERE e.kind = 'http.request' AND d.identities <> format('ensue-%s-%s', s.id, e.id);
        SELECT format('%s was delivered and never requested', key) FROM deliveries
        WHERE key NOT IN (SELECT key FROM effects WHERE kind = 'http.request');

        """
}
