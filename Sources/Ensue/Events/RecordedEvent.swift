/// An event as the ledger holds it. It never changes.
public struct RecordedEvent: Sendable, Hashable, Codable {
    public let id: EventID
    public let account: Account
    public let type: EventType
    public let source: SourceName?
    public let key: String?
    public let tags: [String]
    public let data: JSONText
    /// When it happened, as its producer said, or else when it was recorded.
    public let time: Timestamp
    public let recordedAt: Timestamp
    /// The effect that recorded it; nil for what came from outside.
    public let cause: EffectID?
    /// How many effects lie between it and what came from outside.
    public let depth: Int

    package init(
        id: EventID, account: Account, type: EventType, source: SourceName?, key: String?, tags: [String],
        data: JSONText, time: Timestamp, recordedAt: Timestamp, cause: EffectID?, depth: Int
    ) {
        self.id = id
        self.account = account
        self.type = type
        self.source = source
        self.key = key
        self.tags = tags
        self.data = data
        self.time = time
        self.recordedAt = recordedAt
        self.cause = cause
        self.depth = depth
    }
}
