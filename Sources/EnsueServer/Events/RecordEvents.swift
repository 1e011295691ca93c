internal import Ensue
internal import Hummingbird

/// `POST /v1/events`: records one event, or many in one transaction. Answers once they are durable.
///
/// Takes Ensue's own JSON, one event or an array of them, and CloudEvents 1.0 over HTTP in its three modes: structured,
/// batch and binary.
struct RecordEvents: Endpoint {
    static let method = HTTPRequest.Method.post
    static let pattern: RouterPath = "/v1/events"

    struct Input: Sendable {
        let format: EventsFormat
        let submission: Submission
    }

    let engine: Engine
    let types: KnownTypes

    func read(_ call: Call) async throws -> Input {
        let format = try EventsFormat(call.request.headers)
        guard format == .binary else { return Input(format: format, submission: try await Submission(call)) }
        // Its Content-Type may be any. No page can send ce- headers to another site without asking first.
        let event = try CloudEvent.json(call.request.headers, try await call.body())
        return Input(format: format, submission: try Submission(call, event))
    }

    func execute(_ input: Input) async throws -> Reply {
        let submission = input.submission
        try demandShape(submission, input.format)
        let arrivals = try await submission.checked { item in
            var draft = try draft(item, input)
            draft.key = try submission.key(draft.key)
            return try await types.arrival(draft)
        }
        let receipts = try await arrivals.recorded(in: engine.store)
        return submission.reply(
            receipts.map { (members($0), $0.isDuplicate) },
            location: "/v1/events/\(receipts.first?.id.description ?? "")")
    }

    private func draft(_ item: JSONValue, _ input: Input) throws -> EventDraft {
        let account = input.submission.account
        guard input.format == .plain else { return try EventDraft(try CloudEvent(json: item), account: account) }
        return try EventDraft(json: item, account: account)
    }

    private func demandShape(_ submission: Submission, _ format: EventsFormat) throws(Invalid) {
        if format == .batch, !submission.isBatch {
            throw Invalid("a batch of CloudEvents is an array; one alone is sent as \(EventsFormat.structuredType)")
        }
        if format == .structured, submission.isBatch {
            throw Invalid("a CloudEvent is an object; an array of them is sent as \(EventsFormat.batchType)")
        }
    }

    private func members(_ receipt: Receipt<EventID>) -> JSONMembers {
        var members = JSONMembers()
        members.add("id", text: receipt.id)
        members.add("duplicate", .bool(receipt.isDuplicate))
        return members
    }
}

extension EventDraft {
    private static let fields = ["type", "data", "source", "key", "tags", "time"]

    /// Reads `{type, data, source?, key?, tags?, time?}`.
    fileprivate init(json: JSONValue, account: Account) throws {
        try require(
            json["specversion"] == nil,
            "this is a CloudEvent; its Content-Type is \(EventsFormat.structuredType), and that of an array of them "
                + EventsFormat.batchType)
        let fields = try Fields(json, of: "an event", allowed: Self.fields)
        self.init(
            account: account, type: try EventType(try fields.requiredString("type")),
            data: JSONText(try fields.required("data")), source: try fields.string("source").map { try SourceName($0) },
            key: try fields.string("key"), tags: try fields.strings("tags") ?? [], time: try fields.time("time"))
    }
}
