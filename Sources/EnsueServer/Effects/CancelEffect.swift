internal import Ensue
internal import Hummingbird

/// `POST /v1/effects/{id}/cancel`.
struct CancelEffect: EffectDecision {
    static let pattern: RouterPath = "/v1/effects/{id}/cancel"
    static let operation = Operation.decision(
        "cancelEffect", "Cancel an effect",
        """
        An effect that waits is cancelled at once. Of a running one the task is cancelled, soon; the answer still says \
        `running`. A handler that finishes anyway has completed it.
        """,
        body: .reason, states: "held, ready, scheduled, running, deferred or uncertain")

    let engine: Engine

    static func command(_ body: JSONValue) throws(Invalid) -> Command {
        .cancel(reason: try Fields(body, of: "a cancellation", allowed: ["reason"]).string("reason"))
    }
}
