/// An event's name, such as `polls.PollCompleted` or `challenge_created`.
///
/// Types that begin with `ensue.` are the engine's own (`ensue.effect.completed`): they can be listened for,
/// not recorded.
public struct EventType: Name {
    public static let noun = "event type"
    public let rawValue: String
    public init(wellFormed: String) { rawValue = wellFormed }

    /// Whether the engine alone may record events of this type.
    public var isReserved: Bool { rawValue.hasPrefix("ensue.") }
}
