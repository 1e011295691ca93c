internal import Ensue
internal import Hummingbird

/// `GET /v1/rejections`: the account's refused deliveries, newest first; those that a replay has put right only if
/// `resolved` is asked for.
struct ListRejections: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/v1/rejections"

    enum Truth: String, CaseIterable { case `true`, `false` }

    let store: any Store

    func read(_ call: Call) throws -> RejectionQuery {
        RejectionQuery(
            account: try call.account(),
            includesResolved: try call.query.choice("resolved", Truth.self) == .true,
            before: try call.query.id("cursor", RejectionID.self),
            limit: try call.query.number("limit", in: 1...1000) ?? 50)
    }

    func execute(_ input: RejectionQuery) async throws -> Reply {
        let page = try await store.rejections(input)
        var members = JSONMembers()
        members.add("items", page.items.map(\.members))
        members.add("next", text: page.next)
        return Reply(.ok, members)
    }
}

/// `GET /v1/rejections/{id}`.
struct ReadRejection: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/v1/rejections/{id}"

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
