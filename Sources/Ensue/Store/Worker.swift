/// A running engine as it introduces itself to its store.
public struct WorkerRegistration: Sendable {
    public let id: WorkerID
    /// For people: host and process.
    public let name: String
    /// What it handles, listeners' kinds included.
    public let kinds: [EffectKind: HandlerPolicy]
    /// Its listeners as rules.
    public let rules: [Rule]
    /// How long a lease lasts without a heartbeat.
    public let lease: Duration

    public init(id: WorkerID, name: String, kinds: [EffectKind: HandlerPolicy], rules: [Rule], lease: Duration) {
        self.id = id
        self.name = name
        self.kinds = kinds
        self.rules = rules
        self.lease = lease
    }
}

/// A worker's sign of life. There is one a process, never one an effect.
public struct Heartbeat: Sendable {
    public let worker: WorkerID
    /// Every lease that the worker has or is about to claim.
    public let leases: [LeaseID]
    /// How long its leases last from now.
    public let lease: Duration

    public init(worker: WorkerID, leases: [LeaseID], lease: Duration) {
        self.worker = worker
        self.leases = leases
        self.lease = lease
    }
}

public struct HeartbeatReply: Sendable, Hashable {
    /// The leases that the worker still has. The others were rescued: what they held is somebody else's.
    public let alive: Set<LeaseID>
    /// Effects of its leases whose tasks it shall cancel.
    public let cancelled: [EffectID]

    /// Whether the store still had the worker; if not, others took it for dead, and it has to join again.
    public let isKnown: Bool

    public init(alive: Set<LeaseID>, cancelled: [EffectID], isKnown: Bool = true) {
        self.alive = alive
        self.cancelled = cancelled
        self.isKnown = isKnown
    }
}
