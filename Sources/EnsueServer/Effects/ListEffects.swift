internal import Ensue
internal import Hummingbird

/// `GET /v1/effects`: an account's effects, newest first.
struct ListEffects: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/v1/effects"
    static let operation = Operation(
        id: "listEffects", tag: .effects, summary: "List effects",
        description: "Newest first. All conditions have to hold.",
        parameters: [
            .query("state", "Effects in this state.", .state), .query("kind", "Of this kind.", .kind),
            .query("key", "With this key.", .key),
            .query("event", "That a rule requested for this event.", .id("The event.", example: "1")),
        ] + Parameter.span("Requested") + Parameter.paging,
        answers: [.json(.ok, "A page.", .page(of: .effect))])

    let engine: Engine

    func read(_ call: Call) throws -> EffectQuery {
        let query = call.query
        return EffectQuery(
            account: try call.account(), state: try query.choice("state", EffectQuery.State.self),
            kind: try query.name("kind", EffectKind.self), key: try query.key(),
            event: try query.id("event", EventID.self), since: try query.time("since"), until: try query.time("until"),
            before: try query.cursor(EffectID.self), limit: try query.limit())
    }

    func execute(_ query: EffectQuery) async throws -> Reply {
        Reply(.ok, try await engine.store.effects(query).members(\.members))
    }
}
