/// What followed directly from some events and effects, oldest first: the effects that rules requested for these
/// events, the effects and events that the handlers of these effects requested and recorded, and the replays of these
/// effects.
public struct Consequences: Sendable, Hashable {
    public let events: [RecordedEvent]
    public let effects: [EffectRecord]

    public init(events: [RecordedEvent] = [], effects: [EffectRecord] = []) {
        self.events = events
        self.effects = effects
    }
}
