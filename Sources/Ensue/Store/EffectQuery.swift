/// Which effects of an account to list. All conditions have to hold; nil does not matter.
public struct EffectQuery: Sendable, Hashable {
    /// The states of ``EffectState`` by their names.
    public enum State: String, Sendable, Hashable, CaseIterable {
        case held, ready, scheduled, running, deferred, uncertain, completed, failed, cancelled
    }

    public var account: Account
    public var state: State?
    public var kind: EffectKind?
    public var key: String?
    /// The event that a rule matched to request the effect.
    public var event: EventID?
    /// Requested at this time or later.
    public var since: Timestamp?
    /// Requested before this time.
    public var until: Timestamp?
    /// Only effects that stand behind this one in the list: the ``Page/next`` of the page before.
    public var before: EffectID?
    /// How many at most, from 1 to 1,000; what is beyond counts as the nearest of these.
    public var limit: Int

    public init(
        account: Account = .default, state: State? = nil, kind: EffectKind? = nil, key: String? = nil,
        event: EventID? = nil, since: Timestamp? = nil, until: Timestamp? = nil, before: EffectID? = nil,
        limit: Int = 50
    ) {
        self.account = account
        self.state = state
        self.kind = kind
        self.key = key
        self.event = event
        self.since = since
        self.until = until
        self.before = before
        self.limit = min(max(limit, PageLimits.items.lowerBound), PageLimits.items.upperBound)
    }

    /// Whether a record is one of those that are asked for, `before` and `limit` aside.
    package func matches(_ record: EffectRecord) -> Bool {
        record.account == account && (state == nil || state?.rawValue == record.state.name)
            && (kind == nil || kind == record.kind) && (key == nil || key == record.key)
            && (event == nil || event == record.origin.event) && since.map { record.createdAt >= $0 } ?? true
            && until.map { record.createdAt < $0 } ?? true
    }
}
