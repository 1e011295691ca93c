internal import Ensue
internal import Hummingbird

/// `GET /v1/rejections/{id}`.
struct ReadRejection: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/v1/rejections/{id}"
    static let operation = Operation(
        id: "readRejection", tag: .rejections, summary: "Read a refused delivery",
        description: "With all that was sent, and what a replay made of it.",
        parameters: [.rejectionID], answers: [.json(.ok, "The rejection.", .rejection), .notFound("rejection")])

    let store: any Store

    func read(_ call: Call) throws -> (account: Account, id: RejectionID) {
        (try call.account(), try call.id(of: "rejection"))
    }

    func execute(_ input: (account: Account, id: RejectionID)) async throws -> Reply {
        Reply(.ok, try await store.rejection(input.id, of: input.account).members)
    }
}

extension Store {
    /// A rejection of the account; throws the problem that there is none.
    func rejection(_ id: RejectionID, of account: Account) async throws -> KeptRejection {
        guard let kept = try await rejection(id), kept.delivery.account == account else {
            throw Problem.notFound("there is no rejection \(id) in the account '\(account)'")
        }
        return kept
    }
}

extension KeptRejection {
    var members: JSONMembers {
        var members = JSONMembers()
        members.add("id", text: id)
        members.add("account", text: delivery.account)
        members.add("source", text: delivery.source)
        members.add("body", text: delivery.body)
        members.add("reason", text: delivery.reason)
        members.add("createdAt", text: createdAt)
        members.add("resolvedAt", text: resolvedAt)
        members.add("resolution", text: resolution)
        return members
    }
}

extension Parameter {
    static let rejectionID = Parameter.path("id", "The rejection.", .id("As its delivery was answered with."))
}

extension Schema {
    static let rejection = Schema.object(
        "A delivery that could not be taken in.",
        [
            .required("id", .id("The rejection.")),
            .required("account", .name("Whose it is.", example: "default")),
            .required("source", .string("Where it came in: path and query.", example: "/hooks/hasura/orders")),
            .required("body", .string("What was sent.")),
            .required("reason", .string("Why it was refused.")),
            .required("createdAt", .time("When it came.")),
            .optional("resolvedAt", .time("When a replay was accepted; absent until then.")),
            .optional("resolution", .string("What the accepted replay became.", example: "effect 4")),
        ]
    ).named("Rejection")
}
