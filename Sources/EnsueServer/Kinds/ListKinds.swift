internal import Ensue
internal import Hummingbird

/// `GET /v1/kinds`: the kinds of effects, who handles them, and what waits.
struct ListKinds: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/v1/kinds"
    static let operation = Operation(
        id: "listKinds", tag: .effects, summary: "List kinds of effects",
        description: """
            Every kind that a worker has registered or of which the account has something ready, by name. What is ready \
            is counted for the account. A key that is bound to an account is shown no workers.
            """,
        answers: [.json(.ok, "All kinds.", .kinds)])

    let engine: Engine

    func read(_ call: Call) throws -> (account: Account, isBound: Bool) {
        (try call.account(), call.context.caller.isBound)
    }

    func execute(_ input: (account: Account, isBound: Bool)) async throws -> Reply {
        // Kinds that only others have asked for are theirs.
        let kinds = try await engine.store.kinds(for: input.account).filter { $0.seenAt != nil || $0.ready > 0 }
        var members = JSONMembers()
        members.add("items", kinds.map { $0.members(showsWorkers: !input.isBound) })
        return Reply(.ok, members)
    }
}

extension KindStatus {
    fileprivate func members(showsWorkers: Bool) -> JSONMembers {
        var members = JSONMembers()
        members.add("kind", text: kind)
        members.add("known", .bool(isKnown))
        members.add("workers", JSONValue.array(showsWorkers ? workers.map { .string($0) } : []))
        members.add("seenAt", text: seenAt)
        members.add("ready", min(ready, Self.countLimit))
        members.add("more", .bool(ready > Self.countLimit))
        members.add("oldestReadyAt", text: oldestReadyAt)
        return members
    }
}

extension Schema {
    fileprivate static let kinds = Schema.object(
        "All kinds.", [.required("items", .array("By name.", of: kindStatus))])

    private static let kindStatus = Schema.object(
        "A kind of effect: who handles it, and what waits.",
        [
            .required("kind", kind),
            .required("known", .bool("Whether a worker registered it within seven days; others are not accepted.")),
            .required(
                "workers",
                .array(
                    "The living workers that handle it; none for a key that is bound to an account.",
                    of: .string("As `host/pid`."))),
            .optional("seenAt", .time("When a worker was last known to handle it; absent if none ever has.")),
            .required(
                "ready",
                .number("Effects of the account that could start now.", in: 0...KindStatus.countLimit, isWhole: true)),
            .required("more", .bool("Whether there are more: counting stops at \(KindStatus.countLimit).")),
            .optional("oldestReadyAt", .time("When the oldest of them was requested.")),
        ]
    ).named("Kind")
}
