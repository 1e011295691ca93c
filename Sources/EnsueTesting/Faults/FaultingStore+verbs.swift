public import Ensue

extension FaultingStore {
    public func record(_ events: [EventDraft]) async throws -> [Receipt<EventID>] {
        try await call(.record) { try await $0.record(events) }
    }

    public func request(_ effects: [EffectRequest]) async throws -> [Receipt<EffectID>] {
        try await call(.request) { try await $0.request(effects) }
    }

    public func reject(_ delivery: RejectedDelivery) async throws -> RejectionID {
        try await call(.reject) { try await $0.reject(delivery) }
    }

    public func join(_ worker: WorkerRegistration) async throws {
        try await call(.join) { try await $0.join(worker) }
    }

    public func beat(_ beat: Heartbeat) async throws -> HeartbeatReply {
        try await call(.beat) { try await $0.beat(beat) }
    }

    public func leave(_ worker: WorkerID) async throws {
        try await call(.leave) { try await $0.leave(worker) }
    }

    public func route(limit: Int) async throws -> RoutingReport {
        try await call(.route) { try await $0.route(limit: limit) }
    }

    public func claim(_ claim: Claim) async throws -> [ClaimedEffect] {
        try await call(.claim) { try await $0.claim(claim) }
    }

    public func settle(_ runs: [SettledRun]) async throws -> SettlementReport {
        try await call(.settle) { try await $0.settle(runs) }
    }

    public func release(_ effects: [EffectID], of lease: LeaseID) async throws {
        try await call(.release) { try await $0.release(effects, of: lease) }
    }

    public func rescue(limit: Int, sparing worker: WorkerID?) async throws -> RescueReport {
        try await call(.rescue) { try await $0.rescue(limit: limit, sparing: worker) }
    }

    public func advance(limit: Int) async throws -> AdvanceReport {
        try await call(.advance) { try await $0.advance(limit: limit) }
    }

    public func follow(limit: Int) async throws -> Int {
        try await call(.follow) { try await $0.follow(limit: limit) }
    }

    public func retire(olderThan span: Duration, limit: Int) async throws -> Int {
        try await call(.retire) { try await $0.retire(olderThan: span, limit: limit) }
    }

    public func pending(_ kinds: [EffectKind]) async throws -> StoreChanges {
        try await call(.pending) { try await $0.pending(kinds) }
    }

    public func command(_ command: Command, on effect: EffectID, random: Double) async throws -> EffectRecord? {
        try await call(.command) { try await $0.command(command, on: effect, random: random) }
    }

    public func note(_ progress: EffectRecord.Progress, on effect: EffectID) async throws -> Bool {
        try await call(.note) { try await $0.note(progress, on: effect) }
    }

    public func event(_ id: EventID) async throws -> RecordedEvent? {
        try await call(.event) { try await $0.event(id) }
    }

    public func effect(_ id: EffectID) async throws -> EffectRecord? {
        try await call(.effect) { try await $0.effect(id) }
    }

    public func knownKinds() async throws -> Set<EffectKind> {
        try await call(.knownKinds) { try await $0.knownKinds() }
    }

    public func counters() async throws -> [Counter] {
        try await call(.counters) { try await $0.counters() }
    }

    public func events(_ query: EventQuery) async throws -> Page<RecordedEvent, EventID> {
        try await call(.events) { try await $0.events(query) }
    }

    public func effects(_ query: EffectQuery) async throws -> Page<EffectRecord, EffectID> {
        try await call(.effects) { try await $0.effects(query) }
    }

    public func consequences(
        ofEvents events: [EventID], ofEffects effects: [EffectID], limit: Int
    ) async throws -> Consequences {
        try await call(.consequences) {
            try await $0.consequences(ofEvents: events, ofEffects: effects, limit: limit)
        }
    }

    public func kinds(for account: Account) async throws -> [KindStatus] {
        try await call(.kinds) { try await $0.kinds(for: account) }
    }

    public func rejections(_ query: RejectionQuery) async throws -> Page<KeptRejection, RejectionID> {
        try await call(.rejections) { try await $0.rejections(query) }
    }

    public func rejection(_ id: RejectionID) async throws -> KeptRejection? {
        try await call(.rejection) { try await $0.rejection(id) }
    }

    public func resolve(_ rejection: RejectionID, as resolution: String) async throws -> Bool {
        try await call(.resolve) { try await $0.resolve(rejection, as: resolution) }
    }
}
