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
}
