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
        guard let event = try await engine.store.event(input.id), event.account == input.account else {
            throw Problem.notFound("there is no event \(input.id) in the account '\(input.account)'")
        }
        return Reply(.ok, event.members)
    }
}

extension RecordedEvent {
    fileprivate var members: JSONMembers {
        var members = JSONMembers()
        members.add("id", text: id)
        members.add("account", text: account)
        members.add("type", text: type)
        members.add("source", text: source)
        members.add("key", text: key)
        members.add("tags", JSONValue.array(tags.map { .string($0) }))
        members.add("data", data)
        members.add("time", text: time)
        members.add("recordedAt", text: recordedAt)
        members.add("cause", text: cause)
        return members
    }
}
