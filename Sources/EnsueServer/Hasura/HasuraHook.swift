internal import Ensue
internal import HTTPTypes
internal import Hummingbird

/// `POST /hooks/hasura`: takes deliveries of Hasura event triggers.
///
/// A row with the columns `kind` and `payload` is an effect: INSERT and MANUAL request it, UPDATE and DELETE are
/// acknowledged and ignored, so that a completion written back never fires again. Any other row is an event
/// `hasura.<schema>.<table>.<operation>`. `?as=effect` and `?as=event` decide it for all rows.
struct HasuraHook: Endpoint {
    static let method = HTTPRequest.Method.post
    static let pattern: RouterPath = "/hooks/hasura"

    let intake: HasuraIntake
    let secret: SecretHeader?

    func read(_ call: Call) async throws -> HasuraArrival {
        try call.demand(secret)
        let mapping = try call.query.choice("as", HasuraEndpoint.Mapping.self)
        return HasuraArrival(
            account: try call.account(), mapping: mapping ?? .automatic, rejected: .refused,
            source: HasuraRoutes.source(as: mapping), body: try await call.jsonBody())
    }

    func execute(_ input: HasuraArrival) async throws -> Reply { try await input.reply(intake) }
}

/// `POST /hooks/hasura/{endpoint}`: the same for a configured endpoint, as its configuration says.
struct HasuraNamedHook: Endpoint {
    static let method = HTTPRequest.Method.post
    static let pattern: RouterPath = "/hooks/hasura/{endpoint}"

    let intake: HasuraIntake
    let routes: HasuraRoutes

    func read(_ call: Call) async throws -> HasuraArrival {
        let endpoint = try endpoint(call)
        try call.demand(endpoint.secret)
        return HasuraArrival(
            account: try account(call, endpoint), mapping: endpoint.mapping, rejected: endpoint.rejected,
            source: HasuraRoutes.source(endpoint), body: try await call.jsonBody())
    }

    func execute(_ input: HasuraArrival) async throws -> Reply { try await input.reply(intake) }

    /// Which endpoints there are is not for everybody.
    private func endpoint(_ call: Call) throws -> HasuraEndpoint {
        do { return try routes.endpoint(call.parameters.get("endpoint") ?? "") } catch {
            try call.demand(nil)
            throw error
        }
    }

    /// The endpoint's account; a sender that speaks for another one is mistaken about the endpoint.
    private func account(_ call: Call, _ endpoint: HasuraEndpoint) throws -> Account {
        guard let account = endpoint.account else { return try call.account() }
        let isNamed = call.request.headers[.ensueAccount] != nil
        guard try !(isNamed || call.context.caller.isBound) || call.account() == account else {
            throw Problem.forbidden("deliveries to this endpoint belong to the account '\(account)'")
        }
        return account
    }
}
