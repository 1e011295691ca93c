/// A requested effect, and how to learn what becomes of it.
public struct RequestedEffect<Output: Codable & Sendable>: Sendable {
    public let id: EffectID
    /// Whether the key was known: the effect is the one that was requested first.
    public let isDuplicate: Bool
    let engine: Engine

    /// Waits for the outcome; nil if there is none after `span`. Works whichever process handles the effect.
    public func outcome(within span: Duration) async throws -> Outcome? {
        try await engine.effect(id, waiting: span)?.outcome
    }

    /// Waits for the output. Throws ``EffectDidNotComplete`` if the effect failed, was cancelled, or takes longer.
    public func output(within span: Duration) async throws -> Output {
        guard let outcome = try await outcome(within: span), outcome.kind == .completed else {
            throw EffectDidNotComplete(effect: id, outcome: try await outcome(within: .zero))
        }
        if let none = NoOutput() as? Output { return none }
        return try (outcome.output ?? JSONText(.null)).decode(Output.self)
    }
}

public struct EffectDidNotComplete: Error, Sendable, CustomStringConvertible {
    public let effect: EffectID
    /// Nil if it has not ended.
    public let outcome: Outcome?

    public var description: String {
        guard let outcome else { return "effect \(effect) has not ended yet" }
        return "effect \(effect) \(outcome.kind.rawValue): \(outcome.error ?? "no reason given")"
    }
}
