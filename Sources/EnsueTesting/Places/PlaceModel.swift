internal import Ensue

/// What a store has to hold, kept in memory by the place rule and the pure decisions alone.
struct PlaceModel {
    static let listenerKind: EffectKind = "listener.place"
    static let rule = Rule.listening("place", .glob("place.*"))
    /// Every span ends halfway between the steps in which time passes, so that a running clock decides nothing.
    static let lease = Duration.seconds(315)
    static let policies: [EffectKind: HandlerPolicy] = [
        "place.retried": HandlerPolicy(attempts: 3, backoff: .fixed(.seconds(75))),
        "place.once": HandlerPolicy(attempts: 2, backoff: .fixed(.seconds(45)), onWorkerLoss: .hold),
        "place.approved": HandlerPolicy(attempts: 2, backoff: .fixed(.zero), needsApproval: true),
        listenerKind: HandlerPolicy(attempts: 2, backoff: .fixed(.seconds(105))),
    ]

    /// A run that did not end its effect.
    struct PastRun {
        let run: Int
        let result: Attempt.Result
        let isAlone: Bool
    }

    struct Entry {
        let account: Account
        let kind: EffectKind
        let priority: Priority
        let due: Timestamp?
        let needsApproval: Bool
        var state: EffectState
        var past: [PastRun] = []
        var isToBeCancelled = false
        /// Whether its present lease holds nothing else on purpose.
        var isAlone = false

        var policy: HandlerPolicy { PlaceModel.policies[kind] ?? .standard }

        /// What the runs since the last retry by hand amount to.
        var history: EffectHistory {
            var history = EffectHistory()
            for past in past {
                if past.result == .retried { history = EffectHistory() }
                if past.result.isSpent { history.spent += 1 }
                if past.result == .lost { history.losses += 1 }
                if past.result == .lost, past.isAlone { history.lossesAlone += 1 }
            }
            return history
        }
    }

    struct Lease {
        let worker: WorkerID
        let claimedAt: Timestamp
        var expires: Timestamp
        var open: Set<EffectID>
    }

    struct Key: Hashable {
        let account: Account
        let text: String
    }

    var now: Timestamp
    var entries: [EffectID: Entry] = [:]
    var leases: [LeaseID: Lease] = [:]
    var effectKeys: [Key: EffectID] = [:]
    var eventKeys: [Key: EventID] = [:]
    var unrouted: Set<EventID> = []
    /// Events whose listener's effect is ready, under an id that nobody has seen yet.
    var unseen: Set<EventID> = []

    init(now: Timestamp) { self.now = now }

    /// Effects that are ready, those under unknown ids included.
    func ready(_ kind: EffectKind) -> Int {
        let known = entries.values.count { entry in
            guard case .ready = entry.state else { return false }
            return entry.kind == kind
        }
        return known + (kind == Self.listenerKind ? unseen.count : 0)
    }
}
