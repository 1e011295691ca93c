internal import Ensue
internal import Hummingbird

/// `POST /v1/effects/{id}/…`: what a person or another system decides about an effect. Answered with the effect as it
/// is then; 409 if its state does not allow it.
protocol EffectDecision: Endpoint where Input == EffectOrder {
    var engine: Engine { get }

    /// The command that a body stands for; a body that is left out reads as `{}`.
    static func command(_ body: JSONValue) throws(Invalid) -> Command
}

/// A command on its way to an effect.
struct EffectOrder: Sendable {
    let account: Account
    let id: EffectID
    let command: Command
}

extension EffectDecision {
    static var method: HTTPRequest.Method { .post }

    func read(_ call: Call) async throws -> EffectOrder {
        EffectOrder(
            account: try call.account(), id: try call.id(of: "effect"),
            command: try Self.command(try await call.optionalJSON()))
    }

    func execute(_ order: EffectOrder) async throws -> Reply {
        _ = try await engine.effect(order.id, of: order.account)
        guard let after = try await engine.command(order.command, on: order.id) else {
            throw Problem.notFound("there is no effect \(order.id) in the account '\(order.account)' any more")
        }
        return Reply(.ok, after.members)
    }
}

extension Call {
    /// The body as JSON, or an empty object if there is no body. Its type has to be declared all the same.
    func optionalJSON() async throws -> JSONValue {
        let body = try await jsonBody()
        return body.readableBytes == 0 ? [:] : try JSONValue(parsing: body.readableBytesView)
    }
}

extension Operation {
    /// What decisions about an effect have in common. `states` says in which states they are possible.
    static func decision(
        _ id: String, _ summary: String, _ description: String, body: Content, states: String
    ) -> Operation {
        Operation(
            id: id, tag: .effects, summary: summary, description: description, parameters: [.effectID], body: body,
            answers: [
                .json(.ok, "The effect as it is now.", .effect, examples: [.effect]), .notFound("effect"),
                .problem(
                    .conflict, "wrong-state",
                    because: "the effect is not \(states); `state` says what it is, and `outcome` how it ended."),
                .invalid,
            ])
    }
}

extension Content {
    static let nothing = Content.json(
        "Nothing.", .object("An empty object.", [], others: .none),
        examples: [.init("nothing", "{}")])

    static let reason = Content.json(
        "Why, for the ledger; it may be left out.",
        .object("A reason.", [.optional("reason", Schema.string("For people.").orNull)], others: .none),
        examples: [.init("reason", #"{"reason":"the order was withdrawn"}"#)])
}
