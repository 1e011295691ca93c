/// A delivery that could not become an event or effect.
public struct RejectedDelivery: Sendable, Hashable {
    public let account: Account
    /// Where it came in: `/hooks/hasura/orders`.
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

/// A refused delivery as the store keeps it. It never changes, except that it can be put right once.
public struct KeptRejection: Sendable, Hashable {
    public let id: RejectionID
    public let delivery: RejectedDelivery
    public let createdAt: Timestamp
    /// When a replay was accepted; nil until then.
    public let resolvedAt: Timestamp?
    /// What the accepted replay became: `event 17`, `effect 4`.
    public let resolution: String?

    package init(
        id: RejectionID, delivery: RejectedDelivery, createdAt: Timestamp, resolvedAt: Timestamp?, resolution: String?
    ) {
        self.id = id
        self.delivery = delivery
        self.createdAt = createdAt
        self.resolvedAt = resolvedAt
        self.resolution = resolution
    }
}

/// Which rejections of an account to list.
public struct RejectionQuery: Sendable, Hashable {
    public var account: Account
    /// Those that a replay has put right as well.
    public var includesResolved: Bool
    /// Only rejections that stand behind this one in the list: the ``Page/next`` of the page before.
    public var before: RejectionID?
    /// How many at most, from 1 to 1,000; what is beyond counts as the nearest of these.
    public var limit: Int

    public init(
        account: Account = .default, includesResolved: Bool = false, before: RejectionID? = nil, limit: Int = 50
    ) {
        self.account = account
        self.includesResolved = includesResolved
        self.before = before
        self.limit = min(max(limit, PageLimits.items.lowerBound), PageLimits.items.upperBound)
    }
}
