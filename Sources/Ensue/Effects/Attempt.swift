/// A run that did not end its effect, as the ledger keeps it.
public struct Attempt: Sendable, Hashable, Codable {
    public enum Result: String, Sendable, Hashable, Codable, CaseIterable {
        /// The handler threw, or its run took too long.
        case failed
        /// The handler asked to be run again later.
        case snoozed
        /// The work was handed on and nobody completed it in time.
        case expired
        /// The worker died while it had the effect.
        case lost
        /// The worker stopped before the run was over.
        case interrupted
        /// An outcome that a person put aside by retrying the effect.
        case retried

        /// Whether it counts against the policy's attempts.
        public var isSpent: Bool { self == .failed || self == .expired }
    }

    public let run: Int
    public let result: Result
    public let error: String?
    public let startedAt: Timestamp?
    public let endedAt: Timestamp

    package init(run: Int, result: Result, error: String?, startedAt: Timestamp?, endedAt: Timestamp) {
        self.run = run
        self.result = result
        self.error = error
        self.startedAt = startedAt
        self.endedAt = endedAt
    }
}

/// What the earlier runs of an effect amount to, for decisions about the next.
public struct EffectHistory: Sendable, Hashable {
    /// Runs that failed or expired since the effect was last retried by hand.
    public var spent: Int
    /// Runs whose worker died.
    public var losses: Int
    /// Those of them in which the worker had leased this effect alone.
    public var lossesAlone: Int

    public init(spent: Int = 0, losses: Int = 0, lossesAlone: Int = 0) {
        self.spent = spent
        self.losses = losses
        self.lossesAlone = lossesAlone
    }

    /// Takes in the run that came next; `alone` says whether its worker had leased nothing else with it.
    package mutating func add(_ result: Attempt.Result, alone: Bool) {
        if result == .retried { self = EffectHistory() }
        if result.isSpent { spent += 1 }
        if result == .lost {
            losses += 1
            if alone { lossesAlone += 1 }
        }
    }

    /// Whether the effect may have killed its workers, and so is leased without company.
    public var isPoisonous: Bool { losses >= Poison.suspectedAfter }
}

/// When an effect is suspected of killing its workers, and when it is convicted.
package enum Poison {
    package static let suspectedAfter = 2
    package static let failedAfterLossesAlone = 3
}
