internal import Ensue
internal import Hummingbird

/// `GET /v1/events/{id}`.
struct ReadEvent: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/v1/events/{id}"

    let engine: Engine

    func read(_ call: Call) throws -> (account: Account, id: EventID) {
        (try call.account(), try call.id(of: "event"))
    }

    func execute(_ input: (account: Account, id: EventID)) async throws -> Reply {
        Reply(.ok, try await engine.event(input.id, of: input.account).members)
    }
}
