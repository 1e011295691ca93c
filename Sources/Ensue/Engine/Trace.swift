/// A tree of causes: an event or effect, and beneath it what followed from it, oldest first.
public struct Trace: Sendable, Hashable {
    public enum Subject: Sendable, Hashable {
        case event(RecordedEvent)
        case effect(EffectRecord)
    }

    public let subject: Subject
    public internal(set) var consequences: [Trace]

    /// So many events and effects a trace shows at most.
    public static let limit = 1000
}

/// A trace, and whether it shows everything.
public struct TraceReport: Sendable, Hashable {
    /// From the first cause that is still kept.
    public let root: Trace
    /// Whether there is more than ``Trace/limit`` events and effects, which is left out.
    public let isCut: Bool
}

extension Engine {
    /// Everything that has to do with an event: what caused it, and what followed. Nil if there is no such event.
    public func trace(of event: EventID) async throws -> TraceReport? {
        guard let event = try await store.event(event) else { return nil }
        return try await trace(from: try await firstCause(of: .event(event)))
    }

    /// Everything that has to do with an effect. Nil if there is no such effect.
    public func trace(of effect: EffectID) async throws -> TraceReport? {
        guard let effect = try await store.effect(effect) else { return nil }
        return try await trace(from: try await firstCause(of: .effect(effect)))
    }

    /// Goes up as far as causes are kept. Causes are always older, so that this ends.
    private func firstCause(of subject: Trace.Subject) async throws -> Trace.Subject {
        var subject = subject
        while let cause = try await cause(of: subject) { subject = cause }
        return subject
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

    /// Goes down level by level.
    private func trace(from root: Trace.Subject) async throws -> TraceReport {
        var gathering = TraceGathering(root)
        while !gathering.isComplete {
            let (events, effects) = gathering.level
            gathering.add(
                try await store.consequences(ofEvents: events, ofEffects: effects, limit: gathering.room + 1))
        }
        return TraceReport(root: gathering.tree(root), isCut: gathering.isCut)
    }
}
