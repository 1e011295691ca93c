/// A decided move of an effect from the place where it is to the next: data, carried out by a store in one transaction.
///
/// Spans are relative because only the store's clock is compared with what it stores.
public struct Transition: Sendable, Hashable {
    /// Where an effect goes.
    public enum Destination: Sendable, Hashable {
        case ready
        case scheduled(after: Duration)
        case deferred(within: Duration)
        case uncertain
        case ended(Outcome.Kind, output: JSONText? = nil, error: String? = nil)
    }

    /// A run that the move puts behind the effect, without ending it.
    public struct Attempted: Sendable, Hashable {
        public let result: Attempt.Result
        public let error: String?

        package init(_ result: Attempt.Result, error: String? = nil) {
            self.result = result
            self.error = error
        }
    }

    public let destination: Destination
    /// Appended to the effect's attempts; nil where no run is put behind it.
    public let attempted: Attempted?

    package init(to destination: Destination, attempted: Attempted? = nil) {
        self.destination = destination
        self.attempted = attempted
    }
}

extension Transition {
    package var isEnd: Bool { if case .ended = destination { true } else { false } }

    /// A run that would have gone on, of an effect that somebody has cancelled, ends it; one that completed stays so.
    package var heedingCancellation: Transition {
        guard !isEnd else { return self }
        return Transition(to: .ended(.cancelled, error: attempted?.error ?? "cancelled while it was running"))
    }
}

/// Why a command about an effect was not carried out: the effect's state does not allow it.
public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was to be done: `"cancel"`.
    public let command: String
    /// The state the effect is in.
    public let state: EffectState
    /// Why, where the state alone does not say it.
    public let reason: String?

    package init(_ command: String, in state: EffectState, because reason: String? = nil) {
        self.command = command
        self.state = state
        self.reason = reason
    }

    public var description: String {
        "cannot \(command) an effect that is \(state.name)\(reason.map { ": \($0)" } ?? "")"
    }
}
