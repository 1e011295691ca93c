public import Ensue
internal import Logging
internal import Synchronization

/// Ids drawn ahead from a sequence: whoever inserts under ids that it knows can repeat the insert and change nothing.
final class IDSupply: Sendable {
    private struct State {
        /// Up to which range of ids partitions are known to be there.
        var range: Int64 = 0
        var ids: ArraySlice<Int64> = []
        var drawnAt = Duration.zero
    }

    /// Ids follow the order of requests only roughly; they are not kept for later.
    private static let lifetime = Duration.milliseconds(200)
    private static let most = 1000

    let sequence: String
    private let clock: any EngineClock
    private let state = Mutex(State())

    init(_ sequence: String, _ clock: any EngineClock) {
        self.sequence = sequence
        self.clock = clock
    }

    /// So many ids, in ascending order; nil if there are not enough.
    func take(_ count: Int) -> [Int64]? {
        let now = clock.uptime()
        return state.withLock { state in
            guard state.ids.count >= count, now - state.drawnAt < Self.lifetime else { return nil }
            defer { state.ids = state.ids.dropFirst(count) }
            return Array(state.ids.prefix(count))
        }
    }

    /// Takes in what was drawn for the next call.
    func store(_ ids: [Int64]) {
        let now = clock.uptime()
        state.withLock { state in
            state.ids = ids[...]
            state.drawnAt = now
        }
    }

    /// How many to draw for the next call after one that needed `count`.
    func ahead(_ count: Int) -> Int { min(count, Self.most) }

    func draw(_ count: Int) -> (sql: String, parameters: [PostgresValue]) {
        ("SELECT nextval('\(sequence)') FROM generate_series(1, $1)", [.integer(Int64(count))])
    }

    func record(_ events: [EventDraft], _ runner: Runner) async throws -> [Receipt<EventID>] {
        let ids = try await ids(events.count, "record", runner)
        return try await write("record", isKeyed: events.contains { $0.key != nil }, runner) { write in
            try write.record(events, as: ids, drawing: self)
        }
    }

    func request(_ effects: [EffectRequest], _ runner: Runner) async throws -> [Receipt<EffectID>] {
        let ids = try await ids(effects.count, "request", runner)
        return try await write("request", isKeyed: effects.contains { $0.key != nil }, runner) { write in
            try write.request(effects, as: ids, drawing: self)
        }
    }

    private func ids(_ count: Int, _ operation: String, _ runner: Runner) async throws -> [Int64] {
        let ids: [Int64]
        if let ahead = take(count) {
            ids = ahead
        } else {
            ids = try await runner.perform(operation) { try $0.drawDurably(count, self) }
        }
        try await prepareRanges(for: ids.last ?? 0, runner)
        return ids
    }

    /// Workers prepare partitions ahead of the ids; whoever produces without any worker does it himself, half a range
    /// before it is too late.
    private func prepareRanges(for id: Int64, _ runner: Runner) async throws {
        let range = (id + IDRange.size / 2) / IDRange.size
        guard state.withLock({ $0.range }) < range else { return }
        do {
            try await runner.transact("partitions") { try $0.addRanges() }
        } catch let error as StoreError {
            // Whoever may only insert leaves it to the workers.
            runner.logger.debug("cannot prepare partitions", metadata: ["error": "\(error)"])
        }
        state.withLock { $0.range = range }
    }

    /// Duplicates are counted in the same transaction; without keys one round trip is enough.
    private func write<Value: Sendable>(
        _ operation: String, isKeyed: Bool, _ runner: Runner,
        _ body: @escaping @Sendable (inout Write) throws -> Value
    ) async throws -> Value {
        isKeyed ? try await runner.transact(operation, body) : try await runner.perform(operation, body)
    }
}

extension PostgresStore {
    public func reject(_ delivery: RejectedDelivery) async throws -> RejectionID {
        try await runner.transact("reject", onAmbiguity: .reported) { write in
            try write.reject(
                account: delivery.account.rawValue, source: delivery.source, body: delivery.body,
                reason: delivery.reason)
        }
    }
}

extension Write {
    @discardableResult
    func reject(account: String, source: String, body: String, reason: String) throws -> RejectionID {
        let rows = try rows(
            "INSERT INTO {rejections} (account, source, body, reason) VALUES ($1, $2, $3, $4) RETURNING id",
            [.text(account), .text(source.withoutNUL), .text(body.withoutNUL), .text(reason.withoutNUL)])
        return RejectionID(rawValue: rows[0].int(0))
    }

    /// Draws ids that are used in a transaction to come. A sequence alone is not durable: a crash of the server could
    /// give the same ids to others while an insert under them is repeated. A record of one's own in the write-ahead log
    /// makes the commit wait until all before it is on the disk, and on a synchronous standby.
    func drawDurably(_ count: Int, _ supply: IDSupply) throws -> [Int64] {
        let results = try pipeline([
            supply.draw(count), ("SELECT pg_logical_emit_message(true, 'ensue', 'ids')", []),
        ])
        return results[0].map { $0.int(0) }
    }

    /// Runs statements in one round trip.
    func pipeline(_ statements: [(sql: String, parameters: [PostgresValue])]) throws -> [PostgresRows] {
        try session.pipeline(statements.map { (names.resolve($0.sql), $0.parameters) })
    }

    /// Rows that may have been inserted before under the same ids are left out; any other conflict is an error.
    private var conflict: String { isDoubtful ? "ON CONFLICT (id) DO NOTHING" : "" }

    // MARK: Events

    /// Records events within a transaction.
    mutating func record(_ events: [EventDraft]) throws -> [Receipt<EventID>] {
        guard !events.isEmpty else { return [] }
        let ids = try rows(
            "SELECT nextval('{event_id}') FROM generate_series(1, $1)", [.integer(Int64(events.count))]
        ).map { $0.int(0) }
        return try record(events, as: ids, drawing: nil)
    }

    /// Records events under ids that were drawn for them, in ascending order.
    mutating func record(
        _ events: [EventDraft], as ids: [Int64], drawing supply: IDSupply?
    ) throws -> [Receipt<EventID>] {
        changes.insert(.events)
        let order = Self.insertionOrder(events.map { ($0.account.rawValue, $0.key) })
        let sorted = order.map { events[$0] }
        var statements = [inserting(sorted, order.map { ids[$0] })]
        let isKeyed = events.contains { $0.key != nil }
        if isKeyed { statements.append(Self.firsts("event", events.map { ($0.account.rawValue, $0.key) })) }
        if let supply { statements.append(supply.draw(supply.ahead(events.count))) }
        let results = try pipeline(statements)
        if let supply, let drawn = results.last { supply.store(drawn.map { $0.int(0) }) }
        let firsts = isKeyed ? Self.read(results[1]) : [:]
        return try events.indices.map { index in
            let event = events[index]
            guard let first = firsts[index], first != ids[index] else {
                return Receipt(id: EventID(rawValue: ids[index]), isDuplicate: false)
            }
            counts.add(.duplicate, account: try accountID(event.account), kind: 0)
            return Receipt(id: EventID(rawValue: first), isDuplicate: true)
        }
    }

    private func inserting(_ events: [EventDraft], _ ids: [Int64]) -> (sql: String, parameters: [PostgresValue]) {
        let isPlain = events.allSatisfy { event in
            event.source == nil && event.key == nil && event.tags.isEmpty && event.time == nil && event.cause == nil
                && event.depth == 0
        }
        let common: [PostgresValue] = [
            .integers(ids), .texts(events.map(\.account.rawValue)), .texts(events.map(\.type.rawValue)),
            .jsons(events.map(\.data.text)),
        ]
        if isPlain {
            return (
                """
                INSERT INTO {events} (id, account, type, data)
                SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::json[]) \(conflict)
                """, common
            )
        }
        return (
            """
            INSERT INTO {events} (id, account, type, data, source, key, tags, time, cause, depth)
            SELECT id, account, type, data, source, key,
                CASE WHEN tags IS NULL THEN '{}'::text[] ELSE ARRAY(SELECT json_array_elements_text(tags)) END,
                time, cause, depth
            FROM unnest($1::bigint[], $2::text[], $3::text[], $4::json[], $5::text[], $6::text[], $7::json[],
                $8::timestamptz[], $9::bigint[], $10::bigint[])
                AS e (id, account, type, data, source, key, tags, time, cause, depth)
            \(conflict)
            """,
            common + [
                .optionalTexts(events.map { $0.source?.description }), .optionalTexts(events.map(\.key)),
                .jsons(events.map { $0.tags.isEmpty ? nil : JSONValue.array($0.tags.map(JSONValue.string)).text }),
                .times(events.map(\.time)), .optionalIntegers(events.map { $0.cause?.rawValue }),
                .integers(events.map { Int64($0.depth) }),
            ]
        )
    }

    // MARK: Effects

    /// Requests effects within a transaction.
    mutating func request(_ effects: [EffectRequest]) throws -> [Receipt<EffectID>] {
        guard !effects.isEmpty else { return [] }
        let ids = try rows(
            "SELECT nextval('{effect_id}') FROM generate_series(1, $1)", [.integer(Int64(effects.count))]
        ).map { $0.int(0) }
        return try request(effects, as: ids, drawing: nil)
    }

    /// Requests effects under ids that were drawn for them, in ascending order.
    mutating func request(
        _ effects: [EffectRequest], as ids: [Int64], drawing supply: IDSupply?
    ) throws -> [Receipt<EffectID>] {
        changes.insert(.effects)
        if effects.contains(where: { $0.due != nil }) { changes.insert(.schedule) }
        let order = Self.insertionOrder(effects.map { ($0.account.rawValue, $0.key) })
        let sorted = order.map { effects[$0] }
        var statements = [
            inserting(sorted, order.map { ids[$0] }),
            (sql: "SELECT name FROM {kinds} WHERE needs_approval", parameters: []),
        ]
        let isKeyed = effects.contains { $0.key != nil }
        if isKeyed { statements.append(Self.firsts("effect", effects.map { ($0.account.rawValue, $0.key) })) }
        if let supply { statements.append(supply.draw(supply.ahead(effects.count))) }
        let results = try pipeline(statements)
        if let supply, let drawn = results.last { supply.store(drawn.map { $0.int(0) }) }
        let held = Set(results[1].map { $0.text(0) })
        let firsts = isKeyed ? Self.read(results[2]) : [:]
        return try effects.indices.map { index in
            let effect = effects[index]
            if let first = firsts[index], first != ids[index] {
                counts.add(.duplicate, account: try accountID(effect.account), kind: try kindID(effect.kind))
                return Receipt(id: EffectID(rawValue: first), isDuplicate: true)
            }
            return Receipt(
                id: EffectID(rawValue: ids[index]), isDuplicate: false,
                isHeld: effect.needsApproval || held.contains(effect.kind.rawValue))
        }
    }

    private func inserting(
        _ effects: [EffectRequest], _ ids: [Int64]
    ) -> (sql: String, parameters: [PostgresValue]) {
        let isPlain = effects.allSatisfy { effect in
            effect.key == nil && effect.due == nil && !effect.needsApproval && effect.origin == EffectOrigin()
                && effect.depth == 0
        }
        let common: [PostgresValue] = [
            .integers(ids), .texts(effects.map(\.account.rawValue)), .texts(effects.map(\.kind.rawValue)),
            .jsons(effects.map(\.payload.text)), .integers(effects.map { Int64($0.priority.rawValue) }),
        ]
        if isPlain {
            return (
                """
                INSERT INTO {effects} (id, account, kind, payload, priority)
                SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::json[], $5::bigint[])
                \(conflict)
                """, common
            )
        }
        return (
            """
            INSERT INTO {effects} (id, account, kind, payload, priority, key, due_at, approval, event, rule, cause,
                replay_of, depth)
            SELECT id, account, kind, payload, priority, key, due_at, CASE WHEN approval THEN 'required' END, event,
                rule, cause, replay_of, depth
            FROM unnest($1::bigint[], $2::text[], $3::text[], $4::json[], $5::bigint[], $6::text[], $7::timestamptz[],
                $8::boolean[], $9::bigint[], $10::text[], $11::bigint[], $12::bigint[], $13::bigint[])
                AS e (id, account, kind, payload, priority, key, due_at, approval, event, rule, cause, replay_of, depth)
            \(conflict)
            """,
            common + [
                .optionalTexts(effects.map(\.key)), .times(effects.map(\.due)),
                .booleans(effects.map(\.needsApproval)), .optionalIntegers(effects.map { $0.origin.event?.rawValue }),
                .optionalTexts(effects.map(\.origin.rule)),
                .optionalIntegers(effects.map { $0.origin.effect?.rawValue }),
                .optionalIntegers(effects.map { $0.origin.replayOf?.rawValue }),
                .integers(effects.map { Int64($0.depth) }),
            ]
        )
    }

    // MARK: Keys

    /// The order in which rows are inserted: as given, or, where there are keys, sorted by them, so that two batches
    /// wait for each other's keys in one direction only.
    private static func insertionOrder(_ keys: [(account: String, key: String?)]) -> [Int] {
        guard keys.contains(where: { $0.key != nil }) else { return Array(keys.indices) }
        return keys.indices.sorted { left, right in
            let (one, other) = (keys[left], keys[right])
            return (one.key ?? "", one.account, left) < (other.key ?? "", other.account, right)
        }
    }

    /// Asks, in a statement of its own, which row was the first with each key: pairs of an index into `keys` and an id.
    private static func firsts(
        _ what: String, _ keys: [(account: String, key: String?)]
    ) -> (sql: String, parameters: [PostgresValue]) {
        (
            """
            SELECT w.number, k.\(what) FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w (account, key, number)
            JOIN {\(what)_keys} k ON k.account = w.account AND k.key = w.key
            """, [.texts(keys.map(\.account)), .optionalTexts(keys.map(\.key))]
        )
    }

    /// The answer to ``firsts(_:_:)``.
    private static func read(_ rows: PostgresRows) -> [Int: Int64] {
        Dictionary(uniqueKeysWithValues: rows.map { (Int($0.int(0)) - 1, $0.int(1)) })
    }
}
