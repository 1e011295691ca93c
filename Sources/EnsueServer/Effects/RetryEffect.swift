internal import Ensue
internal import Hummingbird

/// `POST /v1/effects/{id}/retry`.
struct RetryEffect: EffectDecision {
    static let pattern: RouterPath = "/v1/effects/{id}/retry"
    static let operation = Operation.decision(
        "retryEffect", "Run an effect again",
        """
        A failed or cancelled effect, or one of which nobody knows whether it happened, runs again: the same effect, \
        with the same id and idempotency key. Its outcome so far goes among its attempts. A completed one can only be \
        replayed.
        """,
        body: .nothing, states: "failed, cancelled or uncertain")

    let engine: Engine

    static func command(_ body: JSONValue) throws(Invalid) -> Command {
        _ = try Fields(body, of: "a retry", allowed: [])
        return .retry
    }
}
