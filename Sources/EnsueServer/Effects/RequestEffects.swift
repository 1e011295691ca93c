internal import Ensue
internal import Hummingbird

/// `POST /v1/effects`: requests one effect, or an array of them in one transaction. Answers once they are durable; the
/// handler's own check of the payload comes first.
struct RequestEffects: Endpoint {
    static let method = HTTPRequest.Method.post
    static let pattern: RouterPath = "/v1/effects"

    let engine: Engine
    let unknownKinds: ServerOptions.UnknownKinds

    func read(_ call: Call) async throws -> Submission { try await Submission(call) }

    func execute(_ input: Submission) async throws -> Reply {
        let arrivals = try await input.checked { item in
            var request = try EffectRequest(json: item, account: input.account)
            request.key = try input.key(request.key)
            return try await engine.arrival(request, unknownKinds: unknownKinds)
        }
        let receipts = try await arrivals.requested(of: engine)
        var answers: [(members: JSONMembers, isDuplicate: Bool)] = []
        for (arrival, receipt) in zip(arrivals, receipts) {
            answers.append((try await members(arrival.item, receipt), receipt.isDuplicate))
        }
        return input.reply(answers, location: "/v1/effects/\(receipts.first?.id.description ?? "")")
    }

    private func members(_ request: EffectRequest, _ receipt: Receipt<EffectID>) async throws -> JSONMembers {
        var members = JSONMembers()
        members.add("id", text: receipt.id)
        members.add("state", text: try await state(request, receipt))
        members.add("duplicate", .bool(receipt.isDuplicate))
        return members
    }

    /// The state on arrival; for a duplicate, the first one's present state, which is unknown if retention took it.
    private func state(_ request: EffectRequest, _ receipt: Receipt<EffectID>) async throws -> String? {
        if receipt.isDuplicate { return try await engine.store.effect(receipt.id)?.state.name }
        if receipt.isHeld { return "held" }
        return request.due.map { $0 > engine.clock.now() } == true ? "scheduled" : "ready"
    }
}

extension EffectRequest {
    private static let fields = ["kind", "payload", "key", "due", "priority", "approval"]

    /// Reads `{kind, payload, key?, due?, priority?, approval?}`.
    fileprivate init(json: JSONValue, account: Account) throws {
        let fields = try Fields(json, of: "an effect", allowed: Self.fields)
        let approval = try fields.string("approval")
        try require(approval == nil || approval == "required", "'approval' can only be \"required\", or be left out")
        self.init(
            account: account, kind: try EffectKind(try fields.requiredString("kind")),
            payload: JSONText(try fields.required("payload")), key: try fields.string("key"),
            priority: try fields["priority"].map { try Priority(json: $0) } ?? .normal, due: try fields.time("due"),
            needsApproval: approval != nil)
    }
}

extension Priority {
    /// Reads a name or its number.
    fileprivate init(json: JSONValue) throws(Invalid) {
        let match = Self.allCases.first { json.string == $0.name || json.int == $0.rawValue }
        guard let match else {
            throw Invalid("'priority' must be \"urgent\", \"high\", \"normal\" or \"low\", or 0 to 3 in that order")
        }
        self = match
    }

    var name: String {
        switch self {
        case .urgent: "urgent"
        case .high: "high"
        case .normal: "normal"
        case .low: "low"
        }
    }
}
