internal import Ensue
internal import Hummingbird

/// `GET /v1/events`: an account's events, newest first.
struct ListEvents: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/v1/events"
    static let operation = Operation(
        id: "listEvents", tag: .events, summary: "List events",
        description: "Newest first. All conditions have to hold.",
        parameters: [
            .query("type", "Events of this type.", .eventType), .query("source", "Of this source.", .source),
            .query("key", "With this key.", .key),
        ] + Parameter.span("Recorded") + Parameter.paging,
        answers: [.json(.ok, "A page.", .page(of: .event))])

    let engine: Engine

    func read(_ call: Call) throws -> EventQuery {
        let query = call.query
        return EventQuery(
            account: try call.account(), type: try query.name("type", EventType.self), source: try query.source(),
            key: try query.key(), since: try query.time("since"), until: try query.time("until"),
            before: try query.cursor(EventID.self), limit: try query.limit())
    }

    func execute(_ query: EventQuery) async throws -> Reply {
        Reply(.ok, try await engine.store.events(query).members(\.members))
    }
}

extension Query {
    fileprivate func source() throws -> SourceName? {
        guard let text = try text("source") else { return nil }
        do { return try SourceName(text) } catch { throw Problem.malformed("'source': \(error)") }
    }
}
