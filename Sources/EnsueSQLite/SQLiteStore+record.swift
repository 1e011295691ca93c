public import Ensue
public import GRDB

extension SQLiteStore {
    public func record(_ events: [EventDraft]) async throws -> [Receipt<EventID>] {
        try await write("record") { write in try write.record(events) }
    }

    public func request(_ effects: [EffectRequest]) async throws -> [Receipt<EffectID>] {
        try await write("request") { write in try write.request(effects) }
    }

    public func reject(_ delivery: RejectedDelivery) async throws -> RejectionID {
        try await write("reject") { write in
            try write.execute(
                "INSERT INTO {rejections} (account, source, body, reason, created_at) VALUES (?, ?, ?, ?, ?)",
                [
                    delivery.account.rawValue, delivery.source, delivery.body, delivery.reason,
                    write.now.milliseconds,
                ])
            return RejectionID(rawValue: write.db.lastInsertedRowID)
        }
    }

    /// Records an event as part of a transaction of the application's own: it is there if, and only if, that commits.
    ///
    /// Call it in a write of the database that the store shares. Throws what `validate` throws, and GRDB's errors.
    @discardableResult
    public func record(
        _ event: some Event, account: Account = .default, source: SourceName? = nil, key: String? = nil,
        tags: [String] = [], in db: Database
    ) throws -> Receipt<EventID> {
        let draft = try EventDraft(event, account: account, source: source, key: key, tags: tags).checked()
        return try joining(db) { write in try write.record([draft])[0] }
    }

    /// Requests an effect as part of a transaction of the application's own: it is there if, and only if, that
    /// commits.
    @discardableResult
    public func request(
        _ effect: some Effect, account: Account = .default, key: String? = nil, priority: Priority = .normal,
        due: Timestamp? = nil, needsApproval: Bool = false, in db: Database
    ) throws -> Receipt<EffectID> {
        let request = try EffectRequest(
            effect, account: account, key: key, priority: priority, due: due, needsApproval: needsApproval
        ).checked()
        return try joining(db) { write in try write.request([request])[0] }
    }

    private func joining<Value>(_ db: Database, _ body: (inout Write) throws -> Value) throws -> Value {
        var write = Write(db: db, names: names, now: clock.now())
        let value = try body(&write)
        try write.finish()
        let changes = write.changes
        db.afterNextTransaction { [hub] _ in hub.publish(changes) }
        return value
    }
}

extension Write {
    mutating func record(_ events: [EventDraft]) throws -> [Receipt<EventID>] {
        let insert = try raw(
            """
            INSERT INTO {events} (account, type, source, key, tags, data, time, recorded_at, cause, depth)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        changes.insert(.events)
        return try events.map { event in
            if let key = event.key, let first = try firstEvent(event.account, key) {
                count(.duplicate, account: try accountID(event.account), kind: 0)
                return Receipt(id: first, isDuplicate: true)
            }
            insert.bind(event.account.rawValue, 1)
            insert.bind(event.type.rawValue, 2)
            insert.bind(event.source?.description, 3)
            insert.bind(event.key, 4)
            insert.bind(event.tags.isEmpty ? "[]" : try JSONText.encoding(event.tags).text, 5)
            insert.bind(event.data.text, 6)
            insert.bind(event.time?.milliseconds, 7)
            insert.bind(now.milliseconds, 8)
            insert.bind(event.cause?.rawValue, 9)
            insert.bind(Int64(event.depth), 10)
            try insert.run()
            return Receipt(id: EventID(rawValue: db.lastInsertedRowID), isDuplicate: false)
        }
    }

    mutating func request(_ effects: [EffectRequest]) throws -> [Receipt<EffectID>] {
        let insert = try raw(
            """
            INSERT INTO {effects} (account, kind, payload, key, priority, due_at, approval, created_at,
                event, rule, cause, replay_of, depth)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        changes.insert(.effects)
        var held: [EffectKind: Bool] = [:]
        return try effects.map { effect in
            if let key = effect.key, let first = try firstEffect(effect.account, key) {
                count(.duplicate, account: try accountID(effect.account), kind: try kindID(effect.kind))
                return Receipt(id: first, isDuplicate: true)
            }
            let due = effect.due.flatMap { $0 > now ? $0 : nil }
            if due != nil { changes.insert(.schedule) }
            insert.bind(effect.account.rawValue, 1)
            insert.bind(effect.kind.rawValue, 2)
            insert.bind(effect.payload.text, 3)
            insert.bind(effect.key, 4)
            insert.bind(Int64(effect.priority.rawValue), 5)
            insert.bind(due?.milliseconds, 6)
            insert.bind(effect.needsApproval ? "required" : nil, 7)
            insert.bind(now.milliseconds, 8)
            insert.bind(effect.origin.event?.rawValue, 9)
            insert.bind(effect.origin.rule, 10)
            insert.bind(effect.origin.effect?.rawValue, 11)
            insert.bind(effect.origin.replayOf?.rawValue, 12)
            insert.bind(Int64(effect.depth), 13)
            try insert.run()
            let id = EffectID(rawValue: db.lastInsertedRowID)
            let isHeld = try effect.needsApproval || kindNeedsApproval(effect.kind, &held)
            return Receipt(id: id, isDuplicate: false, isHeld: isHeld)
        }
    }

    private func firstEvent(_ account: Account, _ key: String) throws -> EventID? {
        let id: Int64? = try value(
            "SELECT event FROM {event_keys} WHERE account = ? AND key = ?", [account.rawValue, key])
        return id.map(EventID.init(rawValue:))
    }

    private func firstEffect(_ account: Account, _ key: String) throws -> EffectID? {
        let id: Int64? = try value(
            "SELECT effect FROM {effect_keys} WHERE account = ? AND key = ?", [account.rawValue, key])
        return id.map(EffectID.init(rawValue:))
    }

    private func kindNeedsApproval(_ kind: EffectKind, _ known: inout [EffectKind: Bool]) throws -> Bool {
        if let needs = known[kind] { return needs }
        let needs: Bool? = try value("SELECT needs_approval FROM {kinds} WHERE name = ?", [kind.rawValue])
        known[kind] = needs ?? false
        return needs ?? false
    }
}
