public struct RoutingReport: Sendable, Hashable {
    public let events: Int
    public let effects: Int

    public init(events: Int, effects: Int) {
        self.events = events
        self.effects = effects
    }
}

public struct RescueReport: Sendable, Hashable {
    public let effects: Int

    public init(effects: Int) { self.effects = effects }
}

public struct AdvanceReport: Sendable, Hashable {
    /// Effects moved by this call.
    public let moved: Int
    /// How long until the next one is due; nil if none waits for a time.
    public let next: Duration?

    public init(moved: Int, next: Duration?) {
        self.moved = moved
        self.next = next
    }
}

/// A delivery that could not become an event or effect.
public struct RejectedDelivery: Sendable, Hashable {
    public let account: Account
    /// Where it came in: `/hooks/hasura`.
    public let source: String
    public let body: String
    public let reason: String

    public init(account: Account, source: String, body: String, reason: String) {
        self.account = account
        self.source = source
        self.body = body
        self.reason = reason
    }
}

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
