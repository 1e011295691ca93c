/// A run that is over, with what follows from it.
public struct SettledRun: Sendable {
    package let claimed: ClaimedEffect
    public let startedAt: Timestamp?
    public let transition: Transition
    /// What the run recorded and requested: stored if, and only if, the run is settled by this call.
    public let events: [EventDraft]
    public let requests: [EffectRequest]
    /// Writes of the handler's own that commit together with the settling.
    public let work: TransactionWork?

    public var effect: EffectID { claimed.id }
    public var lease: LeaseID { claimed.lease }
    public var account: Account { claimed.account }
    public var kind: EffectKind { claimed.kind }
    public var run: Int { claimed.run }

    package init(
        of claimed: ClaimedEffect, startedAt: Timestamp?, transition: Transition, events: [EventDraft] = [],
        requests: [EffectRequest] = [], work: TransactionWork? = nil
    ) {
        self.claimed = claimed
        self.startedAt = startedAt
        self.transition = transition
        self.events = events
        self.requests = requests
        self.work = work
    }
}

/// A handler's own writes into the database in which the effect is settled.
///
/// The store that made it runs it inside the settling transaction, after the fence has held. Its result is the
/// effect's output. When it throws, its writes are undone and the run is not settled: see
/// ``SettlementReport/failedWork``.
public struct TransactionWork: Sendable {
    /// The store in whose transactions it can run.
    package let storeID: String
    package let perform: @Sendable (_ transaction: Any) throws -> TransactionResult

    package init(storeID: String, perform: @escaping @Sendable (_ transaction: Any) throws -> TransactionResult) {
        self.storeID = storeID
        self.perform = perform
    }
}

/// What a handler's own writes gave: the output, and what it recorded and requested meanwhile.
package struct TransactionResult: Sendable {
    package let output: JSONText?
    package let events: [EventDraft]
    package let requests: [EffectRequest]

    package init(output: JSONText?, events: [EventDraft], requests: [EffectRequest]) {
        self.output = output
        self.events = events
        self.requests = requests
    }
}

public struct SettlementReport: Sendable {
    /// Runs that were not settled because the lease no longer had them: rescued, completed by token, cancelled.
    public var stale: [EffectID]
    /// Runs whose own writes threw; nothing of them was stored, and they are still open.
    public var failedWork: [EffectID: any Error]

    public init(stale: [EffectID] = [], failedWork: [EffectID: any Error] = [:]) {
        self.stale = stale
        self.failedWork = failedWork
    }
}
