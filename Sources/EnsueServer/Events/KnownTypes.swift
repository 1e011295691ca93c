internal import Ensue
internal import HTTPTypes

/// Which event types a server accepts.
struct KnownTypes: Sendable {
    let engine: Engine
    let accepted: ServerOptions.EventTypes

    /// A draft that may be recorded; throws why it may not.
    func checked(_ draft: EventDraft) throws -> EventDraft {
        let draft = try engine.checked(draft)
        guard accepted == .declared, !isKnown(draft.type) else { return draft }
        throw UnknownType(type: draft.type, near: near(draft.type))
    }

    private func isKnown(_ type: EventType) -> Bool {
        engine.handlers.declared[type] != nil || engine.handlers.rules.contains { $0.pattern == .exact(type) }
    }

    private func near(_ type: EventType) -> [EventType] {
        let listened = engine.handlers.rules.compactMap { rule -> EventType? in
            guard case .exact(let type) = rule.pattern else { return nil }
            return type
        }
        let allowed = max(2, type.rawValue.count / 3)
        return Set(engine.handlers.declared.keys).union(listened)
            .map { (distance: editDistance($0.rawValue, type.rawValue), type: $0) }
            .filter { $0.distance <= allowed }
            .sorted { ($0.distance, $0.type) < ($1.distance, $1.type) }
            .prefix(3).map(\.type)
    }
}

/// A well-formed event type that the server does not know, where it is set to know its types.
struct UnknownType: Error, Sendable, CustomStringConvertible {
    let type: EventType
    /// Known types that are spelt almost alike, nearest first.
    let near: [EventType]

    var description: String {
        let hint = near.isEmpty ? "" : "; did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?"
        return "nobody has declared the event type '\(type)'\(hint)"
    }

    var problem: Problem {
        var problem = Problem(
            .unprocessableContent, "unknown-type", "Nobody has declared this type of event", description)
        problem.members.add("eventType", text: type)
        problem.members.add("near", JSONValue.array(near.map { .string($0.rawValue) }))
        return problem
    }
}
