internal import Ensue
internal import Hummingbird

/// `POST /v1/effects/{id}/approve`.
struct ApproveEffect: EffectDecision {
    static let pattern: RouterPath = "/v1/effects/{id}/approve"
    static let operation = Operation.decision(
        "approveEffect", "Approve an effect", "Lets an effect run that waits for approval.", body: .nothing,
        states: "held")

    let engine: Engine

    static func command(_ body: JSONValue) throws(Invalid) -> Command {
        _ = try Fields(body, of: "an approval", allowed: [])
        return .approve
    }
}
