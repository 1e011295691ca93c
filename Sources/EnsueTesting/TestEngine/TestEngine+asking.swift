public import Ensue

extension TestEngine {
    /// All effects of a declared kind that were requested so far, from outside and by handlers, oldest first. Those
    /// that wait for a time or for approval are among them; duplicates are not.
    public func requested<E: Effect>(_ effect: E.Type) throws -> [E] {
        try requests.filter { $0.kind == E.kind }.map { try $0.payload.decode(E.self) }
    }

    /// All effects that were requested so far, the listeners' own left out, oldest first.
    public var requests: [EffectRequest] { log.requests }

    /// All events of a declared type that were recorded so far, from outside and by handlers, oldest first.
    public func recorded<E: Event>(_ event: E.Type) throws -> [E] {
        try events.filter { $0.type == E.eventType }.map { try $0.data.decode(E.self) }
    }

    /// All events that were recorded so far, those that the engine records itself left out, oldest first.
    public var events: [EventDraft] { log.events }

    /// Kinds that were requested and that the handlers do not handle.
    public var unhandledKinds: Set<EffectKind> {
        Set(requests.map(\.kind)).subtracting(engine.handlers.registered.keys)
    }

    /// How an effect ended; nil if it has not, or if there is none.
    public func outcome(of effect: EffectID) async throws -> Outcome? { try await log.effect(effect)?.outcome }

    /// Where an effect is in its life; nil if there is none.
    public func state(of effect: EffectID) async throws -> EffectState? { try await log.effect(effect)?.state }
}
