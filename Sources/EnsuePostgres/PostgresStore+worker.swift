public import Ensue
internal import Synchronization

/// The workers of this process, whose sleep the database has to know of.
final class JoinedWorkers: Sendable {
    private let joined = Mutex<[WorkerID: [EffectKind]]>([:])

    var ids: [WorkerID] { joined.withLock { $0.keys.sorted() } }
    /// The kinds that any of them handles.
    var kinds: [EffectKind] { joined.withLock { Set($0.values.joined()).sorted() } }
    func add(_ worker: WorkerRegistration) {
        joined.withLock { $0[worker.id] = worker.kinds.keys.sorted() }
    }
    func remove(_ worker: WorkerID) { joined.withLock { $0[worker] = nil } }
}

extension PostgresStore {
    public func join(_ worker: WorkerRegistration) async throws {
        try await runner.transact("join") { write in
            try write.register(worker)
            write.changes.insert(.effects)
        }
        workers.add(worker)
    }

    public func beat(_ beat: Heartbeat) async throws -> HeartbeatReply {
        let (clock, composedAt) = (clock, clock.uptime())
        let reply = try await runner.transact("beat") { write in
            try write.beat(beat, composed: clock.uptime() - composedAt)
        }
        await doChores()
        return reply
    }

    public func leave(_ worker: WorkerID) async throws {
        workers.remove(worker)
        try await runner.transact("leave") { write in
            let leases = try write.rows(
                "SELECT id, worker, open, cancel, alone FROM {leases} WHERE worker = $1 ORDER BY id FOR UPDATE",
                [.integer(worker.rawValue)]
            ).map(HeldLease.init)
            for lease in leases { try write.giveBack(lease) }
            try write.execute("DELETE FROM {workers} WHERE id = $1", [.integer(worker.rawValue)])
        }
    }

    public func knownKinds() async throws -> Set<EffectKind> {
        try await runner.perform("knownKinds") { write in
            Set(
                try write.rows(
                    "SELECT name FROM {kinds} WHERE seen_at > {clock}() - interval '\(Rule.lifetimeInDays) days'"
                ).map { EffectKind(wellFormed: $0.text(0)) })
        }
    }
}

extension Write {
    fileprivate func register(_ worker: WorkerRegistration) throws {
        let kinds = worker.kinds.sorted { $0.key < $1.key }
        try execute(
            """
            INSERT INTO {kinds} (name, policy, needs_approval, seen_at)
            SELECT name, policy, needs_approval, {clock}()
            FROM unnest($1::text[], $2::json[], $3::boolean[]) AS k (name, policy, needs_approval) ORDER BY name
            ON CONFLICT (name) DO UPDATE SET policy = excluded.policy, needs_approval = excluded.needs_approval,
                seen_at = excluded.seen_at
            """,
            [
                .texts(kinds.map(\.key.rawValue)), .jsons(try kinds.map { try JSONText.encoding($0.value).text }),
                .booleans(kinds.map(\.value.needsApproval)),
            ])
        try execute(
            """
            INSERT INTO {workers} (id, name, kinds, joined_at, beat_at, expires_at)
            VALUES ($1, $2, ARRAY(SELECT id FROM {kinds} WHERE name = ANY($3)), {clock}(), {clock}(),
                {clock}() + $4 * interval '1 millisecond')
            ON CONFLICT (id) DO UPDATE SET kinds = excluded.kinds, beat_at = excluded.beat_at,
                expires_at = excluded.expires_at
            """,
            [
                .integer(worker.id.rawValue), .text(worker.name.withoutNUL), .texts(kinds.map(\.key.rawValue)),
                .integer(worker.lease.storedMilliseconds),
            ])
        guard !worker.rules.isEmpty else { return }
        for rule in worker.rules.sorted(by: { $0.name < $1.name }) { try upsert(rule) }
        try execute("UPDATE {store} SET rules_version = rules_version + 1")
    }

    private func upsert(_ rule: Rule) throws {
        let follows = Outcome.Kind.allCases.map { rule.pattern.matches(EffectEnding.eventType($0)) }
        try execute(
            """
            INSERT INTO {rules} (name, origin, pattern, kind, position,
                follows_completed, follows_failed, follows_cancelled, seen_at)
            VALUES ($1, 'code', $2, $3, $4, $5, $6, $7, {clock}())
            ON CONFLICT (name) DO UPDATE SET pattern = excluded.pattern, kind = excluded.kind,
                position = excluded.position, follows_completed = excluded.follows_completed,
                follows_failed = excluded.follows_failed, follows_cancelled = excluded.follows_cancelled,
                seen_at = excluded.seen_at
            """,
            [
                .text(rule.name), .json(try JSONText.encoding(rule.pattern)), .text(rule.kind.rawValue),
                .integer(Int64(rule.order)), .boolean(follows[0]), .boolean(follows[1]), .boolean(follows[2]),
            ])
    }

    /// `age` is how long ago the heartbeat was composed: it knows nothing of leases that are younger.
    fileprivate mutating func beat(_ beat: Heartbeat, composed age: Duration) throws -> HeartbeatReply {
        let worker = PostgresValue.integer(beat.worker.rawValue)
        let span = PostgresValue.integer(beat.lease.storedMilliseconds)
        let known = PostgresValue.integers(beat.leases.map(\.rawValue))
        let young = PostgresValue.integer((beat.lease / 3 + age).storedMilliseconds)
        let results = try pipeline([
            (
                """
                UPDATE {workers} SET beat_at = {clock}(), expires_at = {clock}() + $2 * interval '1 millisecond'
                WHERE id = $1
                """, [worker, span]
            ),
            (
                """
                UPDATE {leases} l SET expires_at = {clock}() + $3 * interval '1 millisecond'
                FROM (SELECT id FROM {leases}
                    WHERE worker = $1 AND (id = ANY($2) OR claimed_at > {clock}() - $4 * interval '1 millisecond')
                    ORDER BY id FOR UPDATE) AS own
                WHERE l.id = own.id
                RETURNING l.id, CASE WHEN cancel = '{}' THEN cancel
                    ELSE ARRAY(SELECT unnest(open) INTERSECT SELECT unnest(cancel) ORDER BY 1) END
                """, [worker, known, span, young]
            ),
            (
                // A younger one may be a claim whose answer is still under way.
                """
                SELECT id, worker, open, cancel, alone FROM {leases}
                WHERE worker = $1 AND NOT id = ANY($2) AND claimed_at <= {clock}() - $3 * interval '1 millisecond'
                ORDER BY id FOR UPDATE
                """, [worker, known, young]
            ),
            (Self.refreshKinds, [worker]),
            (Self.refreshRules, [worker]),
        ])
        for lease in results[2].map(HeldLease.init) { try giveBack(lease) }
        let named = Set(beat.leases)
        let extended = results[1].map { (LeaseID(rawValue: $0.int(0)), $0.ints(1)) }.filter { named.contains($0.0) }
        return HeartbeatReply(
            alive: Set(extended.map(\.0)), cancelled: extended.flatMap(\.1).map(EffectID.init(rawValue:)),
            isKnown: results[0].affected > 0)
    }

    /// Once an hour, what a living worker registered counts as registered anew.
    private static let refreshKinds = """
        UPDATE {kinds} SET seen_at = {clock}() WHERE seen_at < {clock}() - interval '1 hour'
            AND id = ANY((SELECT kinds FROM {workers} WHERE id = $1)::integer[])
        """
    private static let refreshRules = """
        UPDATE {rules} SET seen_at = {clock}() WHERE seen_at < {clock}() - interval '1 hour' AND kind IN (
            SELECT k.name FROM {kinds} k WHERE k.id = ANY((SELECT kinds FROM {workers} WHERE id = $1)::integer[]))
        """

    /// Ends a lease whose worker has none of its effects any more. What must not be repeated blindly may have begun:
    /// claimed means started for it.
    fileprivate mutating func giveBack(_ held: HeldLease) throws {
        var lease = held
        let all = lease.close(lease.open.map(EffectID.init(rawValue:)))
        let known = try particulars(all.map(\.rawValue))
        let held = Set(all.filter { known[$0.rawValue]?.policy.onWorkerLoss == .hold })
        try lose(all.filter { held.contains($0) }, of: lease)
        try putBack(all.filter { !held.contains($0) }, of: lease)
        try store(lease)
    }
}
