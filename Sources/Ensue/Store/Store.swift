/// The durable place where events and effects live. One implementation serves one process, another a fleet; both
/// pass the same contract suite (`StoreContract` in EnsueTesting).
///
/// Every verb is one transaction: on return its work is durable, on a throw nothing of it has happened, except where
/// it says otherwise. All errors are ``StoreError`` unless stated. Times are those of the store's clock.
///
/// **The place rule.** An effect that has not ended is in exactly one place: ready, scheduled, parked (held,
/// deferred, uncertain), or open in one lease. An ended one has an outcome. Every verb that moves an effect removes it
/// from one place and, only if that removed it, adds it to the next.
public protocol Store: Sendable {
    /// Which store this is: its name for people, its identity, and the secret of its tokens.
    var identity: StoreIdentity { get }

    // MARK: Recording and requesting

    /// Records all events or none. An event whose key its account already has is not recorded again: its receipt
    /// names the first one.
    func record(_ events: [EventDraft]) async throws -> [Receipt<EventID>]
    /// Requests all effects or none; keys as for ``record(_:)``.
    func request(_ effects: [EffectRequest]) async throws -> [Receipt<EffectID>]
    /// Keeps what could not be taken in, so that nothing is lost.
    func reject(_ delivery: RejectedDelivery) async throws -> RejectionID

    // MARK: Working

    /// Registers a worker with its kinds and upserts its listeners' rules.
    func join(_ worker: WorkerRegistration) async throws
    /// Confirms that a worker lives, extends its leases, gives back those of its leases that it does not know, and
    /// brings cancellations.
    func beat(_ beat: Heartbeat) async throws -> HeartbeatReply
    /// Removes a worker and gives back what it still has.
    func leave(_ worker: WorkerID) async throws
    /// Takes up to `limit` unrouted events and requests the effects that the rules in force call for.
    func route(limit: Int) async throws -> RoutingReport
    /// Leases ready effects to a worker: by kind, fairly among accounts, by priority and age within an account.
    func claim(_ claim: Claim) async throws -> [ClaimedEffect]
    /// Settles runs, each fenced by its lease: what is no longer open there is stale, changes nothing, and is counted.
    func settle(_ runs: [SettledRun]) async throws -> SettlementReport
    /// Gives claimed effects back as if they had never been claimed.
    func release(_ effects: [EffectID], of lease: LeaseID) async throws
    /// Takes back effects whose leases have expired, up to `limit` of them; none of `worker`'s own, about which its
    /// heartbeats decide.
    func rescue(limit: Int, sparing worker: WorkerID?) async throws -> RescueReport
    /// Moves up to `limit` effects whose time has come: scheduled ones to ready, deferred ones past their deadline.
    func advance(limit: Int) async throws -> AdvanceReport
    /// Processes up to `limit` endings that somebody follows, recording the events that rules listen for.
    func follow(limit: Int) async throws -> Int
    /// Deletes ended effects, routed events and rejections that are older than `span`, up to `limit` of them; keys stay.
    /// Returns how many; 0 only when there are no more.
    func retire(olderThan span: Duration, limit: Int) async throws -> Int

    /// What can be done now: events to route, effects of `kinds` to claim, endings to follow, times that have come. A
    /// look that is cheap, for whoever looks now and then.
    func pending(_ kinds: [EffectKind]) async throws -> StoreChanges

    // MARK: Deciding from outside

    /// Carries out a command about an effect. Throws ``Refusal`` if its state does not allow it.
    /// Returns nil if there is no such effect. `random` is uniform in 0 ..< 1.
    func command(_ command: Command, on effect: EffectID, random: Double) async throws -> EffectRecord?
    /// Notes how far an effect that has not ended is; the latest note is kept. Not fenced. False if there is none.
    @discardableResult
    func note(_ progress: EffectRecord.Progress, on effect: EffectID) async throws -> Bool

    // MARK: Reading

    func event(_ id: EventID) async throws -> RecordedEvent?
    func effect(_ id: EffectID) async throws -> EffectRecord?
    /// The kinds that a worker registered within the last seven days.
    func knownKinds() async throws -> Set<EffectKind>
    /// What has happened so far, by kind.
    func counters() async throws -> [Counter]

    // MARK: Looking through

    // Lists are newest first, by id. A page is instant however much there is; see ``Page``. Where `since` and `until`
    // begin in a long list is found by the times of rows in the order of their ids: one that took long to commit may
    // be found with its neighbours only.

    func events(_ query: EventQuery) async throws -> Page<RecordedEvent, EventID>
    func effects(_ query: EffectQuery) async throws -> Page<EffectRecord, EffectID>
    /// What followed directly from the given ones, at most `limit` events and `limit` effects.
    func consequences(ofEvents: [EventID], ofEffects: [EffectID], limit: Int) async throws -> Consequences
    /// Every kind that a worker has registered or of which an effect was ever requested, by name; what is ready is
    /// counted for `account`.
    func kinds(for account: Account) async throws -> [KindStatus]
    func rejections(_ query: RejectionQuery) async throws -> Page<KeptRejection, RejectionID>
    func rejection(_ id: RejectionID) async throws -> KeptRejection?
    /// Notes that a replay of a rejected delivery was accepted. False if there is no such rejection, or it was
    /// resolved before, which stays as it is.
    func resolve(_ rejection: RejectionID, as resolution: String) async throws -> Bool

    /// A new subscription to what becomes possible: by this process at once, by others soon. May report too much,
    /// and may, when a notification is lost, report too little: who waits must also look now and then, with
    /// ``pending(_:)``.
    func changes() -> AsyncStream<StoreChanges>
}

extension Store {
    /// Takes back effects whose leases have expired, whoever has them.
    public func rescue(limit: Int) async throws -> RescueReport { try await rescue(limit: limit, sparing: nil) }
}

/// What a commit has made possible.
public struct StoreChanges: OptionSet, Sendable, Hashable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Events wait to be routed.
    public static let events = StoreChanges(rawValue: 1)
    /// Effects can be claimed.
    public static let effects = StoreChanges(rawValue: 2)
    /// Effects wait for a time.
    public static let schedule = StoreChanges(rawValue: 4)
    /// Endings wait to be processed.
    public static let endings = StoreChanges(rawValue: 8)
    /// Effects have ended.
    public static let outcomes = StoreChanges(rawValue: 16)
    /// Running effects are to be cancelled.
    public static let cancellations = StoreChanges(rawValue: 32)

    public static let all: StoreChanges = [.events, .effects, .schedule, .endings, .outcomes, .cancellations]
}
