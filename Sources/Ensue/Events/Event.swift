/// A fact that a program declares: it can be recorded, and any number of listeners may be interested in it.
///
/// ```swift
/// struct PollCompleted: Event {
///     static let eventType: EventType = "polls.PollCompleted"
///     var phone: String
///     var score: Int
///     func validate() throws { try require(score >= 0, "score must not be negative") }
/// }
/// ```
public protocol Event: Codable, Sendable {
    static var eventType: EventType { get }

    /// Runs before the event is stored; what it throws reaches the caller, and nothing is stored.
    func validate() throws

    /// Runs in the worker before a typed listener sees the event; may normalise. What it throws fails that
    /// listener's effect for good. The stored event never changes.
    func cleaned() throws -> Self
}

extension Event {
    public func validate() throws {}
    public func cleaned() throws -> Self { self }
}
