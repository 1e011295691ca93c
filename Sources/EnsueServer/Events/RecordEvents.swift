internal import Ensue
internal import Hummingbird

/// `POST /v1/events`: records one event, or an array of them in one transaction. Answers once they are durable.
struct RecordEvents: Endpoint {
    static let method = HTTPRequest.Method.post
    static let pattern: RouterPath = "/v1/events"

    let engine: Engine

    func read(_ call: Call) async throws -> Submission { try await Submission(call) }

    func execute(_ input: Submission) async throws -> Reply {
        let drafts = try await input.checked { item in
            var draft = try EventDraft(json: item, account: input.account)
            draft.key = try input.key(draft.key)
            return try engine.checked(draft)
        }
        let receipts = drafts.isEmpty ? [] : try await engine.store.record(drafts)
        return input.reply(
            receipts.map { (members($0), $0.isDuplicate) },
            location: "/v1/events/\(receipts.first?.id.description ?? "")")
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
        let fields = try Fields(json, of: "an event", allowed: Self.fields)
        self.init(
            account: account, type: try EventType(try fields.requiredString("type")),
            data: JSONText(try fields.required("data")), source: try fields.string("source").map { try SourceName($0) },
            key: try fields.string("key"), tags: try fields.strings("tags") ?? [], time: try fields.time("time"))
    }
}
