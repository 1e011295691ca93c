public import Logging
internal import Synchronization

/// What a handler knows of its run, and through which it acts on the ledger.
public struct HandlerContext: Sendable {
    /// When the run's task will be cancelled for taking too long.
    public let deadline: Timestamp?
    private let claimed: ClaimedEffect
    private let environment: RunEnvironment
    private let buffer = RunBuffer()

    package init(_ claimed: ClaimedEffect, deadline: Timestamp?, environment: RunEnvironment) {
        self.claimed = claimed
        self.deadline = deadline
        self.environment = environment
    }

    public var account: Account { claimed.account }
    public var effect: EffectID { claimed.id }
    public var kind: EffectKind { claimed.kind }
    /// The effect's own key, if it has one.
    public var key: String? { claimed.key }
    /// Which run of the effect this is, counted from 1.
    public var run: Int { claimed.run }
    /// The event that a rule matched.
    public var event: RecordedEvent? { claimed.event }

    /// The same over all runs of the effect, and over retries by hand; unique among all stores. Give it to whoever
    /// must not act twice.
    public var idempotencyKey: String { "ensue-\(environment.identity.id)-\(claimed.id)" }

    /// Names effect, kind and run in every line.
    public var logger: Logger {
        var logger = environment.logger
        logger[metadataKey: "effect"] = "\(claimed.id)"
        logger[metadataKey: "kind"] = "\(claimed.kind)"
        logger[metadataKey: "run"] = "\(claimed.run)"
        return logger
    }

    public var completion: Completion { Completion(claimed: claimed, secret: environment.identity.secret) }

    /// The right to complete this run from anywhere.
    public struct Completion: Sendable {
        fileprivate let claimed: ClaimedEffect
        fileprivate let secret: StoreSecret

        /// Good from now until the effect has ended. Keep it out of logs.
        public var token: String {
            CompletionToken(effect: claimed.id, run: claimed.run, lease: claimed.lease).signed(with: secret)
        }
    }

    /// Whether the run's task has been cancelled: the effect was, the run took too long, or the worker stops.
    public var isCancelled: Bool { Task.isCancelled }

    /// Records an event in the transaction that settles or parks this run; a run that fails records nothing.
    public func record(
        _ event: some Event, source: SourceName? = nil, key: String? = nil, tags: [String] = []
    ) throws {
        try record(EventDraft(event, account: account, source: source, key: key, tags: tags))
    }

    /// As ``record(_:source:key:tags:)``, for events that are not declared. The account is this effect's.
    public func record(_ draft: EventDraft) throws {
        var draft = try environment.handlers.checked(draft)
        draft.account = account
        draft.cause = claimed.id
        draft.depth = try Depth.below(claimed.depth)
        buffer.append(draft)
    }

    /// Requests an effect in the transaction that settles or parks this run; a run that fails requests nothing.
    public func request(
        _ effect: some Effect, key: String? = nil, priority: Priority = .normal, due: Timestamp? = nil,
        needsApproval: Bool = false
    ) throws {
        try request(
            EffectRequest(
                effect, account: account, key: key, priority: priority, due: due, needsApproval: needsApproval))
    }

    /// As ``request(_:key:priority:due:needsApproval:)``, for effects that are not declared.
    public func request(_ request: EffectRequest) throws {
        var request = try request.checked()
        request.account = account
        request.origin = EffectOrigin(effect: claimed.id)
        request.depth = try Depth.below(claimed.depth)
        buffer.append(request)
    }

    /// Notes at once how far the run is; the latest note is shown with the effect.
    public func progress(_ fraction: Double? = nil, note: String? = nil) async throws {
        let progress = EffectRecord.Progress(
            fraction: fraction.map { min(max($0, 0), 1) }, note: note, at: environment.clock.now())
        try await environment.store.note(progress, on: claimed.id)
    }

    /// What the run has recorded and requested so far; the context forgets it.
    package func takeBuffered() -> (events: [EventDraft], requests: [EffectRequest]) { buffer.take() }
}

/// What all runs of an engine share.
package final class RunEnvironment: Sendable {
    package let store: any Store
    package let identity: StoreIdentity
    package let clock: any EngineClock
    package let logger: Logger
    package let handlers: Handlers

    package init(store: any Store, clock: any EngineClock, logger: Logger, handlers: Handlers) {
        self.store = store
        self.handlers = handlers
        identity = store.identity
        self.clock = clock
        self.logger = logger
    }
}

/// What a run has recorded and requested so far.
final class RunBuffer: Sendable {
    private let content = Mutex<(events: [EventDraft], requests: [EffectRequest])>(([], []))

    func append(_ event: EventDraft) { content.withLock { $0.events.append(event) } }
    func append(_ request: EffectRequest) { content.withLock { $0.requests.append(request) } }
    func take() -> (events: [EventDraft], requests: [EffectRequest]) {
        content.withLock { content in
            defer { content = ([], []) }
            return content
        }
    }
}
