/// A run that is over, with what follows from it.
public struct SettledRun: Sendable {
    public let effect: EffectID
    public let lease: LeaseID
    public let account: Account
    public let kind: EffectKind
    public let run: Int
    public let startedAt: Timestamp?
    package let history: EffectHistory
    public let transition: Transition
    /// What the run recorded and requested: stored if, and only if, the run is settled by this call.
    public let events: [EventDraft]
    public let requests: [EffectRequest]
    /// Writes of the handler's own that commit together with the settling.
    public let work: TransactionWork?

    package init(
        of claimed: ClaimedEffect, startedAt: Timestamp?, transition: Transition, events: [EventDraft] = [],
        requests: [EffectRequest] = [], work: TransactionWork? = nil
    ) {
        effect = claimed.id
        lease = claimed.lease
        account = claimed.account
        kind = claimed.kind
        run = claimed.run
        history = claimed.history
        self.startedAt = startedAt
        self.transition = transition
        self.events = events
        self.requests = requests
        self.work = work
    }

    /// The same run with another consequence, and nothing recorded or requested.
    package init(repeating run: SettledRun, transition: Transition) {
        effect = run.effect
        lease = run.lease
        account = run.account
        kind = run.kind
        self.run = run.run
        startedAt = run.startedAt
        history = run.history
        self.transition = transition
        events = []
        requests = []
        work = nil
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
