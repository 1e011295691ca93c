/// Which events of an account to list. All conditions have to hold; nil does not matter.
public struct EventQuery: Sendable, Hashable {
    public var account: Account
    public var type: EventType?
    public var source: SourceName?
    public var key: String?
    /// Recorded at this time or later.
    public var since: Timestamp?
    /// Recorded before this time.
    public var until: Timestamp?
    /// Only events that stand behind this one in the list: the ``Page/next`` of the page before.
    public var before: EventID?
    /// How many at most, from 1 to 1,000; what is beyond counts as the nearest of these.
    public var limit: Int

    public init(
        account: Account = .default, type: EventType? = nil, source: SourceName? = nil, key: String? = nil,
        since: Timestamp? = nil, until: Timestamp? = nil, before: EventID? = nil, limit: Int = 50
    ) {
        self.account = account
        self.type = type
        self.source = source
        self.key = key
        self.since = since
        self.until = until
        self.before = before
        self.limit = min(max(limit, PageLimits.items.lowerBound), PageLimits.items.upperBound)
    }

    /// Whether an event is one of those that are asked for, `before` and `limit` aside.
    package func matches(_ event: RecordedEvent) -> Bool {
        event.account == account && (type == nil || type == event.type) && (source == nil || source == event.source)
            && (key == nil || key == event.key) && since.map { event.recordedAt >= $0 } ?? true
            && until.map { event.recordedAt < $0 } ?? true
    }
}
