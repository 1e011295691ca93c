public import Ensue

/// Records an event: the kind `event.record`.
///
/// The event commits together with the effect's outcome, and so is recorded exactly once.
public struct RecordEvent: Effect {
    public static let kind: EffectKind = "event.record"

    public var type: EventType
    public var data: JSONText
    public var source: SourceName?
    /// Unique within the account: a second event with it is the first one.
    public var key: String?
    public var tags: [String]
    /// When it happened, if that was not when it is recorded.
    public var time: Timestamp?

    public init(
        type: EventType, data: JSONText = .emptyObject, source: SourceName? = nil, key: String? = nil,
        tags: [String] = [], time: Timestamp? = nil
    ) {
        self.type = type
        self.data = data
        self.source = source
        self.key = key
        self.tags = tags
        self.time = time
    }

    public init(from decoder: any Decoder) throws { try self.init(payload: JSONValue(from: decoder)) }

    /// Refuses what no event may be: types that begin with `ensue.`, an empty or overlong key or tag, too many tags.
    public func validate() throws { _ = try draft.checked() }

    fileprivate var draft: EventDraft {
        EventDraft(type: type, data: data, source: source, key: key, tags: tags, time: time)
    }
}

extension RecordEvent: BuiltInEffect {
    static let fields = ["type", "data", "source", "key", "tags", "time"]

    init(_ payload: PayloadFields) throws(Invalid) {
        do { type = try EventType(payload.requiredString("type")) } catch { throw Invalid("\(error)") }
        data = payload.value("data").map { JSONText($0) } ?? .emptyObject
        source = if let text = try payload.string("source") { try SourceName(text) } else { nil }
        key = try payload.string("key")
        tags = try payload.strings("tags") ?? []
        time = try payload.string("time").map { text throws(Invalid) in
            guard let time = Timestamp(iso8601: text) else {
                throw Invalid("the time '\(text)' is not an ISO 8601 time such as 2026-03-04T09:15:02.118Z")
            }
            return time
        }
    }
}

extension Handlers {
    mutating func handleEventRecord() {
        handle(builtIn: RecordEvent.self, policy: .standard) { effect, context in
            try context.record(effect.draft)
            return nil
        }
    }
}
