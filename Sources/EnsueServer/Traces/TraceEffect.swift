internal import Ensue
internal import Hummingbird

/// `GET /v1/effects/{id}/trace`.
struct TraceEffect: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/v1/effects/{id}/trace"
    static let operation = Operation(
        id: "traceEffect", tag: .effects, summary: "See why an effect exists, and what followed",
        description: "The tree of causes that the effect is in, from the first cause that is still kept.",
        parameters: [.effectID], answers: [.json(.ok, "The tree.", .trace), .notFound("effect")])

    let engine: Engine

    func read(_ call: Call) throws -> (account: Account, id: EffectID) {
        (try call.account(), try call.id(of: "effect"))
    }

    func execute(_ input: (account: Account, id: EffectID)) async throws -> Reply {
        _ = try await engine.effect(input.id, of: input.account)
        guard let report = try await engine.trace(of: input.id) else {
            throw Problem.notFound("there is no effect \(input.id) in the account '\(input.account)' any more")
        }
        return Reply(.ok, report.members)
    }
}
