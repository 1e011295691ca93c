/// What followed directly from some events and effects, oldest first: the effects that rules requested for these
/// events, the effects and events that the handlers of these effects requested and recorded, and the replays of these
/// effects.
public struct Consequences: Sendable, Hashable {
    public private(set) var events: [RecordedEvent]
    public private(set) var effects: [EffectRecord]
    /// Whether some are left out because the documents of all together are too large.
    public private(set) var isCut: Bool
    private var bytes = 0

    public init(events: [RecordedEvent] = [], effects: [EffectRecord] = [], isCut: Bool = false) {
        self.events = events
        self.effects = effects
        self.isCut = isCut
    }

    /// Adds the next oldest one, unless all would be larger than a page of a list may be. The first one always fits.
    package mutating func add(_ event: RecordedEvent) {
        guard takes(event.bytes) else { return }
        events.append(event)
    }

    package mutating func add(_ effect: EffectRecord) {
        guard takes(effect.bytes) else { return }
        effects.append(effect)
    }

    private mutating func takes(_ size: Int) -> Bool {
        let isFirst = events.isEmpty && effects.isEmpty
        guard !isCut, isFirst || bytes + size <= PageLimits.bytes else {
            isCut = true
            return false
        }
        bytes += size
        return true
    }
}
