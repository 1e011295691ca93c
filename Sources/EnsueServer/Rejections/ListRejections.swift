internal import Ensue
internal import Hummingbird

/// `GET /v1/rejections`: the account's refused deliveries, newest first; those that a replay has put right only if
/// `resolved` is asked for.
struct ListRejections: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/v1/rejections"

    static let operation = Operation(
        id: "listRejections", tag: .rejections, summary: "List refused deliveries",
        description: """
            Deliveries that could not be taken in, newest first, with all that was sent. Those that a replay has put right \
            are left out unless they are asked for.
            """,
        parameters: [
            .query(
                "resolved", "Also those that were put right.", .choice("`false` if left out.", of: ["true", "false"]))
        ] + Parameter.paging,
        answers: [.json(.ok, "A page.", .page(of: .rejection))])

    private enum Truth: String, CaseIterable { case `true`, `false` }

    let store: any Store

    func read(_ call: Call) throws -> RejectionQuery {
        RejectionQuery(
            account: try call.account(),
            includesResolved: try call.query.choice("resolved", Truth.self) == .true,
            before: try call.query.cursor(RejectionID.self), limit: try call.query.limit())
    }

    func execute(_ input: RejectionQuery) async throws -> Reply {
        Reply(.ok, try await store.rejections(input).members(\.members))
    }
}
