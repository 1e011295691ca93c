internal import Ensue
internal import Synchronization
internal import Testing

/// One store under test, and a few words with which cases speak to it.
final class Bench: Sendable {
    /// Long, so that a store whose clock cannot stand still does not lose one by accident.
    static let lease = Duration.seconds(600)
    static let kind: EffectKind = "test.work"

    let subject: StoreUnderTest
    private let lastLease = Atomic<Int64>(0)

    init(_ subject: StoreUnderTest) { self.subject = subject }

    var store: any Store { subject.store }

    // MARK: Time

    func now() async throws -> Timestamp { try await subject.now() }
    func advance(_ span: Duration) async throws { try await subject.advance(span) }

    /// Whether `time` is `span` from now, give or take what a running clock moves during a case.
    func isFromNow(_ time: Timestamp, _ span: Duration = .zero) async throws -> Bool {
        let difference = try await time - (now() + span)
        return difference >= .zero - subject.precision && difference <= subject.precision
    }

    // MARK: Coming in

    @discardableResult
    func record(
        _ type: EventType = "test.Happened", account: Account = .default, key: String? = nil, depth: Int = 0
    ) async throws -> EventID {
        var draft = EventDraft(account: account, type: type, data: .emptyObject, key: key)
        draft.depth = depth
        return try await store.record([draft])[0].id
    }

    @discardableResult
    func request(
        _ kind: EffectKind = Bench.kind, account: Account = .default, key: String? = nil,
        priority: Priority = .normal, dueIn span: Duration? = nil, needsApproval: Bool = false, depth: Int = 0
    ) async throws -> EffectID {
        var request = EffectRequest(
            account: account, kind: kind, payload: .emptyObject, key: key, priority: priority,
            needsApproval: needsApproval)
        if let span { request.due = try await now() + span }
        request.depth = depth
        return try await store.request([request])[0].id
    }

    @discardableResult
    func request(_ count: Int, of kind: EffectKind = Bench.kind, account: Account = .default) async throws -> [EffectID]
    {
        let request = EffectRequest(account: account, kind: kind, payload: .emptyObject)
        return try await store.request(Array(repeating: request, count: count)).map(\.id)
    }

    // MARK: Working

    func join(
        _ kinds: [EffectKind: HandlerPolicy] = [Bench.kind: .standard], rules: [Rule] = [],
        as worker: WorkerID = .first
    ) async throws {
        try await store.join(
            WorkerRegistration(id: worker, name: "worker \(worker)", kinds: kinds, rules: rules, lease: Self.lease))
    }

    func newLease() -> LeaseID { LeaseID(rawValue: lastLease.add(10_000, ordering: .relaxed).newValue) }

    func claim(
        _ kinds: [EffectKind] = [Bench.kind], limit: Int = 100, as worker: WorkerID = .first
    ) async throws -> [ClaimedEffect] {
        try await store.claim(
            Claim(
                worker: worker, firstLease: newLease(), quotas: kinds.map { Claim.Quota(kind: $0, limit: limit) },
                lease: Self.lease))
    }

    /// Claims the one effect of the kind that is ready.
    func claimOne(_ kind: EffectKind = Bench.kind, as worker: WorkerID = .first) async throws -> ClaimedEffect {
        let claimed = try await claim([kind], as: worker)
        try #require(claimed.count == 1, "one effect of '\(kind)' should be ready")
        return claimed[0]
    }

    @discardableResult
    func settle(
        _ claimed: ClaimedEffect, to destination: Transition.Destination = .ended(.completed),
        attempted: Transition.Attempted? = nil, events: [EventDraft] = [], requests: [EffectRequest] = [],
        work: TransactionWork? = nil
    ) async throws -> SettlementReport {
        let run = SettledRun(
            of: claimed, startedAt: try await now(), transition: Transition(to: destination, attempted: attempted),
            events: events, requests: requests, work: work)
        return try await store.settle([run])
    }

    @discardableResult
    func settle(
        _ claimed: ClaimedEffect, _ result: RunResult, policy: HandlerPolicy = .standard
    ) async throws -> SettlementReport {
        let transition = Transition.settling(result, policy: policy, history: claimed.history, random: 0.5)
        return try await settle(claimed, to: transition.destination, attempted: transition.attempted)
    }

    @discardableResult
    func command(_ command: Command, on effect: EffectID) async throws -> EffectRecord {
        try #require(try await store.command(command, on: effect, random: 0.5), "there should be an effect \(effect)")
    }

    /// Lets all leases expire and takes back what they held.
    @discardableResult
    func loseWorkers() async throws -> Int {
        try await advance(Self.lease + .seconds(60))
        return try await store.rescue(limit: 1000).effects
    }

    func beat(_ leases: [LeaseID] = [], as worker: WorkerID = .first) async throws -> HeartbeatReply {
        try await store.beat(Heartbeat(worker: worker, leases: leases, lease: Self.lease))
    }

    // MARK: Reading

    func effect(_ id: EffectID) async throws -> EffectRecord {
        try #require(try await store.effect(id), "there should be an effect \(id)")
    }

    func state(_ id: EffectID) async throws -> EffectState { try await effect(id).state }
    func attempts(_ id: EffectID) async throws -> [Attempt.Result] { try await effect(id).attempts.map(\.result) }

    func outcome(_ id: EffectID) async throws -> Outcome {
        try #require(try await effect(id).outcome, "effect \(id) should have ended")
    }

    func count(
        _ measure: Counter.Measure, kind: EffectKind? = Bench.kind, account: Account = .default
    ) async throws -> Int {
        try await store.counters()
            .filter { $0.measure == measure && $0.kind == kind && $0.account == account }
            .reduce(0) { $0 + $1.count }
    }
}

extension WorkerID {
    static let first = WorkerID(rawValue: 1)
    static let second = WorkerID(rawValue: 2)
}
