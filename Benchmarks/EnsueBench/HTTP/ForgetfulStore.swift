import Ensue
import Synchronization

/// Acknowledges events without storing them: what a server could do at most. Everything else is the store's.
final class ForgetfulStore: Store {
    private let store: any Store
    private let lastID = Atomic<Int64>(0)

    init(_ store: any Store) { self.store = store }

    func record(_ events: [EventDraft]) async throws -> [Receipt<EventID>] {
        let last = lastID.add(Int64(events.count), ordering: .relaxed).newValue
        return events.indices.map {
            Receipt(id: EventID(rawValue: last - Int64(events.count - 1 - $0)), isDuplicate: false)
        }
    }

    var identity: StoreIdentity { store.identity }
    func changes() -> AsyncStream<StoreChanges> { store.changes() }
    func request(_ effects: [EffectRequest]) async throws -> [Receipt<EffectID>] { try await store.request(effects) }
    func reject(_ delivery: RejectedDelivery) async throws -> RejectionID { try await store.reject(delivery) }
    func join(_ worker: WorkerRegistration) async throws { try await store.join(worker) }
    func beat(_ beat: Heartbeat) async throws -> HeartbeatReply { try await store.beat(beat) }
    func leave(_ worker: WorkerID) async throws { try await store.leave(worker) }
    func route(limit: Int) async throws -> RoutingReport { try await store.route(limit: limit) }
    func claim(_ claim: Claim) async throws -> [ClaimedEffect] { try await store.claim(claim) }
    func settle(_ runs: [SettledRun]) async throws -> SettlementReport { try await store.settle(runs) }
    func advance(limit: Int) async throws -> AdvanceReport { try await store.advance(limit: limit) }
    func follow(limit: Int) async throws -> Int { try await store.follow(limit: limit) }
    func pending(_ kinds: [EffectKind]) async throws -> StoreChanges { try await store.pending(kinds) }
    func event(_ id: EventID) async throws -> RecordedEvent? { try await store.event(id) }
    func effect(_ id: EffectID) async throws -> EffectRecord? { try await store.effect(id) }
    func knownKinds() async throws -> Set<EffectKind> { try await store.knownKinds() }
    func counters() async throws -> [Counter] { try await store.counters() }
    func kinds(for account: Account) async throws -> [KindStatus] { try await store.kinds(for: account) }
    func rejection(_ id: RejectionID) async throws -> KeptRejection? { try await store.rejection(id) }

    func release(_ effects: [EffectID], of lease: LeaseID) async throws {
        try await store.release(effects, of: lease)
    }

    func rescue(limit: Int, sparing worker: WorkerID?) async throws -> RescueReport {
        try await store.rescue(limit: limit, sparing: worker)
    }

    func retire(olderThan span: Duration, limit: Int) async throws -> Int {
        try await store.retire(olderThan: span, limit: limit)
    }

    func command(_ command: Command, on effect: EffectID, random: Double) async throws -> EffectRecord? {
        try await store.command(command, on: effect, random: random)
    }

    func note(_ progress: EffectRecord.Progress, on effect: EffectID) async throws -> Bool {
        try await store.note(progress, on: effect)
    }

    func events(_ query: EventQuery) async throws -> Page<RecordedEvent, EventID> { try await store.events(query) }
    func effects(_ query: EffectQuery) async throws -> Page<EffectRecord, EffectID> { try await store.effects(query) }
    func rejections(_ query: RejectionQuery) async throws -> Page<KeptRejection, RejectionID> {
        try await store.rejections(query)
    }

    func consequences(
        ofEvents events: [EventID], ofEffects effects: [EffectID], limit: Int
    ) async throws -> Consequences {
        try await store.consequences(ofEvents: events, ofEffects: effects, limit: limit)
    }

    func resolve(_ rejection: RejectionID, as resolution: String) async throws -> Bool {
        try await store.resolve(rejection, as: resolution)
    }
}
