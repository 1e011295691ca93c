/// How often something has happened to effects of a kind.
public struct Counter: Sendable, Hashable {
    public enum Measure: String, Sendable, Hashable, CaseIterable {
        case completed, failed, cancelled
        /// A run that will be repeated after a failure or in vain deferral.
        case retried
        case snoozed, lost, interrupted
        /// A settling that came too late and was ignored.
        case stale
        /// A record or request whose key was known.
        case duplicate
    }

    public let account: Account
    public let kind: EffectKind?
    public let measure: Measure
    public let count: Int

    public init(account: Account, kind: EffectKind?, measure: Measure, count: Int) {
        self.account = account
        self.kind = kind
        self.measure = measure
        self.count = count
    }
}
