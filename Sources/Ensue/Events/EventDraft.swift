/// An event about to be recorded, in the form in which stores take it.
public struct EventDraft: Sendable, Hashable {
    public var account: Account
    public var type: EventType
    public var data: JSONText
    public var source: SourceName?
    /// Unique within the account: a second record with it is the first one.
    public var key: String?
    public var tags: [String]
    /// When it happened, if that was not when it is recorded.
    public var time: Timestamp?
    /// The effect that recorded it; nil for what comes from outside.
    package var cause: EffectID?
    package var depth: Int

    public init(
        account: Account = .default, type: EventType, data: JSONText, source: SourceName? = nil, key: String? = nil,
        tags: [String] = [], time: Timestamp? = nil
    ) {
        self.account = account
        self.type = type
        self.data = data
        self.source = source
        self.key = key
        self.tags = tags
        self.time = time
        cause = nil
        depth = 0
    }

    /// The draft of a declared event. Throws what its `validate` throws, or the error of encoding it.
    public init<E: Event>(
        _ event: E, account: Account = .default, source: SourceName? = nil, key: String? = nil,
        tags: [String] = [], time: Timestamp? = nil
    ) throws {
        try event.validate()
        self.init(
            account: account, type: E.eventType, data: try JSONText.encoding(event), source: source,
            key: key, tags: tags, time: time)
    }

    /// Refuses what no store may hold: a reserved type, an empty or overlong key, more tags than are allowed.
    package func checked() throws(Invalid) -> EventDraft {
        try require(!type.isReserved, "event types that begin with 'ensue.' are recorded by the engine alone")
        try checkKey(key)
        try require(tags.count <= 50, "\(tags.count) tags are too many; at most 50 are allowed")
        try require(
            tags.allSatisfy { (1...200).contains($0.utf8.count) }, "a tag is empty or longer than 200 bytes")
        try require(tags.allSatisfy { !$0.utf8.contains(0) }, "a tag holds a NUL character, which stores cannot keep")
        return self
    }
}

func checkKey(_ key: String?) throws(Invalid) {
    guard let key else { return }
    try require(!key.isEmpty, "the key is empty; leave it out, or give 1 to 500 bytes")
    try require(key.utf8.count <= 500, "the key is \(key.utf8.count) bytes long; at most 500 are allowed")
    try require(!key.utf8.contains(0), "the key holds a NUL character, which stores cannot keep")
}
