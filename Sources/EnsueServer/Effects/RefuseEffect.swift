internal import Ensue
internal import Hummingbird

/// `POST /v1/effects/{id}/refuse`.
struct RefuseEffect: EffectDecision {
    static let pattern: RouterPath = "/v1/effects/{id}/refuse"
    static let operation = Operation.decision(
        "refuseEffect", "Refuse an effect", "Cancels an effect that waits for approval.", body: .reason,
        states: "held")

    let engine: Engine

    static func command(_ body: JSONValue) throws(Invalid) -> Command {
        .refuse(reason: try Fields(body, of: "a refusal", allowed: ["reason"]).string("reason"))
    }
}
