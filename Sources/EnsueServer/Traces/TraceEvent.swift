internal import Ensue
internal import Hummingbird

/// `GET /v1/events/{id}/trace`.
struct TraceEvent: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/v1/events/{id}/trace"
    static let operation = Operation(
        id: "traceEvent", tag: .events, summary: "See what caused an event, and what followed",
        description: "The tree of causes that the event is in, from the first cause that is still kept.",
        parameters: [.eventID], answers: [.json(.ok, "The tree.", .trace), .notFound("event")])

    let engine: Engine

    func read(_ call: Call) throws -> (account: Account, id: EventID) {
        (try call.account(), try call.id(of: "event"))
    }

    func execute(_ input: (account: Account, id: EventID)) async throws -> Reply {
        _ = try await engine.event(input.id, of: input.account)
        guard let report = try await engine.trace(of: input.id) else {
            throw Problem.notFound("there is no event \(input.id) in the account '\(input.account)' any more")
        }
        return Reply(.ok, report.members)
    }
}
