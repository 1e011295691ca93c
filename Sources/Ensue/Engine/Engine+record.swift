extension Engine {
    /// Records a declared event and returns once it is durable; its listeners run later.
    ///
    /// Throws what its `validate` throws, ``Invalid``, or ``StoreError``; nothing is stored then. With a `key` that
    /// the account has already, nothing is stored either and the receipt names the first event.
    @discardableResult
    public func record(
        _ event: some Event, account: Account = .default, source: SourceName? = nil, key: String? = nil,
        tags: [String] = [], time: Timestamp? = nil
    ) async throws -> Receipt<EventID> {
        try await record([
            EventDraft(event, account: account, source: source, key: key, tags: tags, time: time)
        ])[0]
    }

    /// Records all of `drafts` or none, in one transaction. Data of declared types is validated.
    public func record(_ drafts: [EventDraft]) async throws -> [Receipt<EventID>] {
        try await store.record(drafts.map { try checked($0) })
    }

    /// A draft that this engine would record; throws why it would not.
    public func checked(_ draft: EventDraft) throws -> EventDraft { try handlers.checked(draft) }

    /// Requests a declared effect and returns once it is durable.
    ///
    /// Throws what its `validate` throws, ``Invalid``, or ``StoreError``; nothing is stored then. With a `key` that
    /// the account has already, nothing is stored either and the result is the first effect.
    @discardableResult
    public func request<E: Effect>(
        _ effect: E, account: Account = .default, key: String? = nil, priority: Priority = .normal,
        due: Timestamp? = nil, needsApproval: Bool = false
    ) async throws -> RequestedEffect<E.Output> {
        let request = try EffectRequest(
            effect, account: account, key: key, priority: priority, due: due, needsApproval: needsApproval)
        let receipt = try await self.request([request])[0]
        return RequestedEffect(id: receipt.id, isDuplicate: receipt.isDuplicate, engine: self)
    }

    /// Requests all of `requests` or none, in one transaction. Kinds that nobody handles yet wait.
    public func request(_ requests: [EffectRequest]) async throws -> [Receipt<EffectID>] {
        try await store.request(requests.map { try $0.checked() })
    }

    /// Throws what a sender should know before a request from outside is acknowledged: ``UnknownKind`` if no worker
    /// has registered the kind within seven days, or what the handler's `accepting` and `validate` threw.
    public func accept(_ request: EffectRequest) async throws {
        _ = try request.checked()
        if request.kind.isListener {
            throw Invalid("'\(request.kind)' is a listener; record the event it waits for")
        }
        if let handler = handlers.registered[request.kind] {
            do { try await handler.check?(request.payload) } catch let error as DecodingError {
                throw Invalid("the payload is not a valid \(request.kind): \(explain(error))")
            }
            return
        }
        let kinds = try await known.kinds(of: store, at: environment.clock.uptime())
        guard !kinds.contains(request.kind) else { return }
        throw UnknownKind(request.kind, known: kinds.union(handlers.registered.keys))
    }

    /// Carries out a command about an effect. Nil if there is none. Throws ``Refusal`` if its state forbids it.
    public func command(_ command: Command, on effect: EffectID) async throws -> EffectRecord? {
        let record = try await store.command(command, on: effect, random: random.fraction())
        if record?.outcome != nil { waiters.wake([effect]) }
        return record
    }

    /// Repeats an effect as a new one that refers to it, with the same payload unless another is given. Nil if there
    /// is none. The way to run a completed effect again.
    public func replay(_ id: EffectID, payload: JSONText? = nil) async throws -> Receipt<EffectID>? {
        guard let record = try await store.effect(id) else { return nil }
        var request = EffectRequest(
            account: record.account, kind: record.kind, payload: payload ?? record.payload, priority: record.priority)
        request.origin = EffectOrigin(event: record.origin.event, rule: record.origin.rule, replayOf: id)
        request.depth = record.depth
        return try await store.request([request])[0]
    }

    /// Completes a run by its token, wherever it was handed to. Throws ``Refusal`` with the outcome if the effect has
    /// ended. Nil if the token is not one of this store's.
    public func complete(_ token: String, _ report: CompletionReport) async throws -> EffectRecord? {
        guard let token = CompletionToken(token, secret: store.identity.secret) else { return nil }
        return try await command(.complete(run: token.run, report), on: token.effect)
    }

    /// Notes progress by a run's token; false if the token is not one of this store's, or the effect has ended.
    public func progress(_ token: String, fraction: Double?, note: String?) async throws -> Bool {
        guard let token = CompletionToken(token, secret: store.identity.secret) else { return false }
        let progress = EffectRecord.Progress(
            fraction: fraction.map { min(max($0, 0), 1) }, note: note, at: environment.clock.now())
        return try await store.note(progress, on: token.effect)
    }

    /// The effect as soon as it has ended, or as it is after `span`. Nil if there is none.
    public func effect(_ id: EffectID, waiting span: Duration = .zero) async throws -> EffectRecord? {
        let end = environment.clock.uptime() + span
        let signal = Signal()
        waiters.add(signal, for: id)
        defer { waiters.remove(signal, for: id) }
        while true {
            let record = try await store.effect(id)
            let left = end - environment.clock.uptime()
            guard let record, record.outcome == nil, left > .zero else { return record }
            try Task.checkCancellation()
            await signal.wait(atMost: min(left, .milliseconds(250)), clock: environment.clock)
        }
    }
}

/// A requested effect, and how to learn what becomes of it.
public struct RequestedEffect<Output: Codable & Sendable>: Sendable {
    public let id: EffectID
    /// Whether the key was known: the effect is the one that was requested first.
    public let isDuplicate: Bool
    let engine: Engine

    /// Waits for the outcome; nil if there is none after `span`. Works whichever process handles the effect.
    public func outcome(within span: Duration) async throws -> Outcome? {
        try await engine.effect(id, waiting: span)?.outcome
    }

    /// Waits for the output. Throws ``EffectDidNotComplete`` if the effect failed, was cancelled, or takes longer.
    public func output(within span: Duration) async throws -> Output {
        guard let outcome = try await outcome(within: span), outcome.kind == .completed else {
            throw EffectDidNotComplete(effect: id, outcome: try await outcome(within: .zero))
        }
        if let none = NoOutput() as? Output { return none }
        return try (outcome.output ?? JSONText(.null)).decode(Output.self)
    }
}

public struct EffectDidNotComplete: Error, Sendable, CustomStringConvertible {
    public let effect: EffectID
    /// Nil if it has not ended.
    public let outcome: Outcome?

    public var description: String {
        guard let outcome else { return "effect \(effect) has not ended yet" }
        return "effect \(effect) \(outcome.kind.rawValue): \(outcome.error ?? "no reason given")"
    }
}
