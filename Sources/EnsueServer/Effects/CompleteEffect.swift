internal import Ensue
internal import Hummingbird

/// `POST /v1/effects/{id}/complete`: says how an effect ended of which the engine does not know it.
struct CompleteEffect: EffectDecision {
    static let pattern: RouterPath = "/v1/effects/{id}/complete"
    static let operation = Operation.decision(
        "completeEffect", "Say how an effect ended",
        """
        Settles an effect that was handed to somebody else, or one of which nobody knows whether it happened because \
        its worker died: it did happen, or it did not and shall not. To let it run again, retry it.
        """,
        body: .json(
            "How it ended.", .either("An outcome.", [.completedOutcome, .failedOutcome]),
            examples: [
                .init("completed", #"{"outcome":"completed","output":{"messageID":"m-1"}}"#),
                .init("failed", #"{"outcome":"failed","error":"the gateway has no record of it"}"#),
            ]), states: "deferred or uncertain")

    let engine: Engine

    static func command(_ body: JSONValue) throws(Invalid) -> Command {
        let all = try Fields(body, of: "an outcome", allowed: ["outcome", "output", "error"])
        switch try all.string("outcome") {
        case "completed":
            let fields = try Fields(body, of: "a completion", allowed: ["outcome", "output"])
            return .resolve(.completed(output: fields["output"].map { JSONText($0) }))
        case "failed":
            let fields = try Fields(body, of: "a failure", allowed: ["outcome", "error"])
            return .resolve(.failed(error: try fields.requiredString("error")))
        case let other?: throw Invalid("'outcome' is '\(other.prefix(60))'; it can be \"completed\" or \"failed\"")
        case nil: throw Invalid("missing field 'outcome' (\"completed\" or \"failed\")")
        }
    }
}
