internal import Ensue
internal import HTTPTypes
internal import Hummingbird

/// `POST /event/log?__event__=app.Name&param=value`: records an event as eventlib's callers do.
///
/// The parameters are the event's data, as strings; one that is repeated is the array of its values, in their order.
/// They stand in the query, in a form in the body, or in both; the members of a JSON object in the body are data as
/// they are. What is given in query and body alike is refused, for one of the two would be lost.
struct LogEvent: Endpoint {
    static let method = HTTPRequest.Method.post
    static let pattern: RouterPath = "/event/log"

    struct Input: Sendable {
        let account: Account
        let name: String
        let data: [String: JSONValue]
        let key: String?
        /// Who sent it; nil where there is no connection.
        let client: String?
    }

    let engine: Engine
    let types: KnownTypes

    private static let nameParameter = "__event__"

    func read(_ call: Call) async throws -> Input {
        let query = Self.data(call.query.items)
        let body = try await body(call)
        if let twice = query.keys.filter({ body[$0] != nil }).min() {
            throw Problem.malformed("'\(twice.prefix(60))' is given in the query and in the body; give it once")
        }
        var data = query.merging(body) { _, last in last }
        guard let name = data.removeValue(forKey: Self.nameParameter) else {
            throw Problem.malformed("there is no parameter '__event__', the event's name: ?__event__=app.EventName")
        }
        guard let name = name.string else {
            throw Problem.malformed("the parameter '__event__' is given more than once; an event has one name")
        }
        return Input(
            account: try call.account(), name: name, data: data, key: try call.idempotencyKey(),
            client: call.context.clientAddress)
    }

    func execute(_ input: Input) async throws -> Reply {
        let arrival: Arrival<EventDraft, EventID>
        do {
            arrival = try await types.arrival(
                EventDraft(
                    account: input.account, type: try Self.type(input.name), data: JSONText(.object(input.data)),
                    source: try input.client.map { try SourceName(type: "client", key: $0) }, key: input.key))
        } catch {
            throw try Problem.refusing(error)
        }
        let receipt = try await [arrival].recorded(in: engine.store)[0]
        var members = JSONMembers()
        members.add("id", text: receipt.id)
        members.add("duplicate", .bool(receipt.isDuplicate))
        var reply = Reply(receipt.isDuplicate ? .ok : .accepted, members)
        reply.headers[.location] = "/v1/events/\(receipt.id)"
        return reply
    }

    private func body(_ call: Call) async throws -> [String: JSONValue] {
        let type = call.request.headers[.contentType] ?? ""
        if MediaType.isJSON(type) {
            guard let members = try await call.optionalJSON().object else {
                throw Invalid("the body must be a JSON object")
            }
            guard members[Self.nameParameter] == nil else {
                throw Problem.malformed("'__event__' stands in the query; a JSON body holds nothing but data")
            }
            return members
        }
        let body = try await call.body()
        guard body.readableBytes > 0 else { return [:] }
        guard type.lowercased().prefix(while: { $0 != ";" && $0 != " " }) == "application/x-www-form-urlencoded" else {
            throw Problem.unsupportedMediaType(
                "the Content-Type is '\(type.prefix(100))'; data is sent as application/json, "
                    + "application/x-www-form-urlencoded, or in the query alone")
        }
        guard let form = String(validating: body.readableBytesView, as: UTF8.self) else {
            throw Problem.malformed("the form in the body is not UTF-8")
        }
        return Self.data(try Query(form).items)
    }

    private static func data(_ items: [Query.Item]) -> [String: JSONValue] {
        Dictionary(grouping: items, by: \.name).mapValues { items in
            let values = items.map { JSONValue.string($0.value) }
            return values.count == 1 ? values[0] : .array(values)
        }
    }

    /// Exactly `app.Name`: one dot, with a name on either side.
    private static func type(_ name: String) throws -> EventType {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), let type = EventType(rawValue: name) else {
            throw invalidName(name)
        }
        return type
    }

    private static func invalidName(_ name: String) -> Problem {
        let shown = name.prefix(60)
        let fault =
            switch name.count(where: { $0 == "." }) {
            case _ where name.isEmpty: "is empty"
            case 0: "has no dot"
            case 1 where name.hasPrefix("."): "has nothing before the dot"
            case 1 where name.hasSuffix("."): "has nothing after the dot"
            case 1: "has more than 200 bytes, or others than A-Z a-z 0-9 _ : / -"
            default: "has more than one dot"
            }
        return Problem(
            .unprocessableContent, "invalid-name", "The event's name is not app.Name",
            "the name '\(shown)' \(fault); it has to be app.Name, such as polls.PollCompleted")
    }
}
