/// A tree of causes: an event or effect, and beneath it what followed from it, oldest first.
public struct Trace: Sendable, Hashable {
    public enum Subject: Sendable, Hashable {
        case event(RecordedEvent)
        case effect(EffectRecord)
    }

    public let subject: Subject
    public let consequences: [Trace]

    /// So many events and effects a trace shows at most.
    public static let limit = 1000
    /// So many of them stand beneath each other at most.
    public static let depthLimit = 100
}

/// A trace, and whether it shows everything.
public struct TraceReport: Sendable, Hashable {
    /// From the first cause that is still kept. What was asked about is always in it.
    public let root: Trace
    /// Whether something is left out: for its number, its depth, or its size.
    public let isCut: Bool
}

extension Engine {
    /// Everything in its account that has to do with an event: what caused it, and what followed. Nil if there is no
    /// such event.
    public func trace(of event: EventID) async throws -> TraceReport? {
        guard let event = try await store.event(event) else { return nil }
        return try await trace(of: .event(event))
    }

    /// Everything in its account that has to do with an effect. Nil if there is no such effect.
    public func trace(of effect: EffectID) async throws -> TraceReport? {
        guard let effect = try await store.effect(effect) else { return nil }
        return try await trace(of: .effect(effect))
    }

    private func trace(of subject: Trace.Subject) async throws -> TraceReport {
        var path = TracePath(to: subject)
        while path.isOpen, path.add(try await cause(of: path.root)) {}
        var gathering = TraceGathering(path)
        while !gathering.isComplete {
            let (events, effects) = gathering.level
            gathering.add(
                try await store.consequences(ofEvents: events, ofEffects: effects, limit: gathering.room + 1))
        }
        return TraceReport(root: gathering.tree, isCut: gathering.isCut)
    }

    private func cause(of subject: Trace.Subject) async throws -> Trace.Subject? {
        switch subject {
        case .event(let event): return try await effect(event.cause)
        case .effect(let effect):
            if let original = try await self.effect(effect.origin.replayOf) { return original }
            if let event = effect.origin.event, let event = try await store.event(event) { return .event(event) }
            return try await self.effect(effect.origin.effect)
        }
    }

    private func effect(_ id: EffectID?) async throws -> Trace.Subject? {
        guard let id, let effect = try await store.effect(id) else { return nil }
        return .effect(effect)
    }
}
