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
