internal import Ensue
internal import Hummingbird

/// `POST /v1/effects/{id}/replay`: repeats an effect as a new one, with another payload if one is given.
struct ReplayEffect: Endpoint {
    static let method = HTTPRequest.Method.post
    static let pattern: RouterPath = "/v1/effects/{id}/replay"
    static let operation = Operation(
        id: "replayEffect", tag: .effects, summary: "Repeat an effect as a new one",
        description: """
            The new effect refers to the one that it repeats; both are in the ledger. Another payload has to be one that \
            the handler accepts. With an `Idempotency-Key` that the account has already nothing is requested, and the \
            answer names the effect that has it.
            """,
        parameters: [.effectID, .idempotencyKey],
        body: .json(
            "Another payload, if the first one is not to be repeated.",
            .object("A replay.", [.optional("payload", .any("Instead of the effect's own."))], others: .none),
            examples: [
                .init("as it was", "{}"), .init("mended", #"{"payload":{"message":"order 17 was placed"}}"#),
            ]),
        answers: [
            .json(.accepted, "Requested.", .replayReceipt, headers: [.location]),
            .json(.ok, "The key was known already.", .replayReceipt, headers: [.location]),
            .notFound("effect"), .unacceptable,
        ])

    struct Input: Sendable {
        let account: Account
        let id: EffectID
        let payload: JSONText?
        let key: String?
    }

    let engine: Engine
    let unknownKinds: ServerOptions.UnknownKinds

    func read(_ call: Call) async throws -> Input {
        let fields = try Fields(try await call.optionalJSON(), of: "a replay", allowed: ["payload"])
        return Input(
            account: try call.account(), id: try call.id(of: "effect"),
            payload: fields.given("payload").map { JSONText($0) }, key: try call.idempotencyKey())
    }

    func execute(_ input: Input) async throws -> Reply {
        _ = try await engine.effect(input.id, of: input.account)
        guard let receipt = try await replay(input), let new = try await engine.store.effect(receipt.id) else {
            throw Problem.notFound("there is no effect \(input.id) in the account '\(input.account)' any more")
        }
        var members = JSONMembers()
        members.add("id", text: new.id)
        members.add("state", text: new.state.name)
        members.add("duplicate", .bool(receipt.isDuplicate))
        members.add("replayOf", text: new.origin.replayOf)
        var reply = Reply(receipt.isDuplicate ? .ok : .accepted, members)
        reply.headers[.location] = "/v1/effects/\(new.id)"
        return reply
    }

    private func replay(_ input: Input) async throws -> Receipt<EffectID>? {
        do {
            return try await engine.replay(
                input.id, payload: input.payload, key: input.key, acceptingUnknownKinds: unknownKinds == .accept)
        } catch {
            // As everywhere: what was accepted once is not refused when it comes again.
            let known = try await engine.store.effect(withKey: input.key, of: input.account)
            if let known { return Receipt(id: known, isDuplicate: true) }
            throw try Problem.refusing(error)
        }
    }
}

extension Schema {
    fileprivate static let replayReceipt = Schema.object(
        "What a replay is acknowledged with.",
        [
            .required("id", .id("The new effect, or the one that has the key.")),
            .required("state", state),
            .required("duplicate", duplicate),
            .optional("replayOf", .id("The effect that it repeats; absent if the key is that of another effect.")),
        ]
    ).named("ReplayReceipt")
}
