/// A worker's wish for effects to run.
public struct Claim: Sendable {
    /// How many effects of a kind.
    public struct Quota: Sendable, Hashable {
        public let kind: EffectKind
        public let limit: Int

        public init(kind: EffectKind, limit: Int) {
            self.kind = kind
            self.limit = limit
        }
    }

    public let worker: WorkerID
    /// The first of the ids for the leases of this claim; those of effects leased alone follow it, one each.
    public let firstLease: LeaseID
    public let quotas: [Quota]
    /// How long the leases last without a heartbeat.
    public let lease: Duration

    public init(worker: WorkerID, firstLease: LeaseID, quotas: [Quota], lease: Duration) {
        self.worker = worker
        self.firstLease = firstLease
        self.quotas = quotas
        self.lease = lease
    }

    /// The id of the `number`th lease of this claim, from 0.
    package func lease(_ number: Int) -> LeaseID { LeaseID(rawValue: firstLease.rawValue &+ Int64(number)) }
}

/// An effect that a worker has leased, with all that its run needs. Immutable; a class so that handing it on is cheap.
public final class ClaimedEffect: Sendable {
    public let id: EffectID
    public let lease: LeaseID
    public let account: Account
    public let kind: EffectKind
    public let payload: JSONText
    public let key: String?
    /// The number of the run that the claim is for, from 1.
    public let run: Int
    public let history: EffectHistory
    public let origin: EffectOrigin
    public let depth: Int
    /// The event that a rule matched, for the effects of listeners.
    public let event: RecordedEvent?

    package init(
        id: EffectID, lease: LeaseID, account: Account, kind: EffectKind, payload: JSONText, key: String?, run: Int,
        history: EffectHistory, origin: EffectOrigin, depth: Int, event: RecordedEvent?
    ) {
        self.id = id
        self.lease = lease
        self.account = account
        self.kind = kind
        self.payload = payload
        self.key = key
        self.run = run
        self.history = history
        self.origin = origin
        self.depth = depth
        self.event = event
    }
}
