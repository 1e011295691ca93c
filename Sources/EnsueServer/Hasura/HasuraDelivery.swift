internal import Ensue

/// What a Hasura event trigger (hasura/graphql-engine v2) delivers, as far as it matters here. Numbers keep their
/// digits: a `bigint` column is a bare JSON number.
struct HasuraDelivery: Sendable {
    enum Operation: String, Sendable {
        case insert = "INSERT"
        case update = "UPDATE"
        case delete = "DELETE"
        case manual = "MANUAL"
    }

    /// The same over all retries and redeliveries.
    let id: String
    /// Nil if it has no offset, as since v2.26: it is in the time zone of a database that is not known here.
    let createdAt: Timestamp?
    let schema: String
    let table: String
    let operation: Operation
    let old: JSONValue
    let new: JSONValue
    let session: JSONValue

    init(_ json: JSONValue) throws(Invalid) {
        guard let id = json["id"]?.string, !id.isEmpty else { throw Invalid("the delivery has no 'id'") }
        guard let schema = json["table"]?["schema"]?.string, let table = json["table"]?["name"]?.string else {
            throw Invalid("the delivery has no 'table' with 'schema' and 'name'")
        }
        let name = json["event"]?["op"]?.string ?? ""
        guard let operation = Operation(rawValue: name) else {
            throw Invalid("the operation '\(name.prefix(60))' is none of INSERT, UPDATE, DELETE and MANUAL")
        }
        guard let data = json["event"]?["data"], data.object != nil else {
            throw Invalid("the delivery has no 'event' with 'data'")
        }
        self.id = id
        createdAt = json["created_at"]?.string.flatMap { $0.hasOffset ? Timestamp(iso8601: $0) : nil }
        self.schema = schema
        self.table = table
        self.operation = operation
        old = data["old"] ?? .null
        new = data["new"] ?? .null
        session = json["event"]?["session_variables"] ?? .null
    }

    /// What makes a redelivery a duplicate.
    var key: String { "hasura:\(id)" }
    var tableName: String { "\(schema).\(table)" }
    /// The row after the operation, or the one that it removed.
    var row: JSONValue { new.isNull ? old : new }

    /// Whether the row asks for an effect rather than reporting an event: it was delivered with the columns `kind` and
    /// `payload`. A trigger that does not deliver both reports events of such a table, whatever its other columns are.
    var asksForEffect: Bool { row["kind"] != nil && row["payload"] != nil }
}

extension HasuraDelivery {
    /// The effect that an inserted row asks for.
    func request(account: Account) throws -> EffectRequest {
        guard let kind = new["kind"]?.string else { throw Invalid("the row's 'kind' is not a string") }
        guard let payload = new["payload"] else { throw Invalid("the row has no 'payload'") }
        return EffectRequest(account: account, kind: try EffectKind(kind), payload: JSONText(payload), key: key)
    }

    /// The event that a change of any table is.
    func draft(account: Account) throws -> EventDraft {
        EventDraft(
            account: account,
            type: try EventType("hasura.\(tableName).\(operation.rawValue.lowercased())"),
            data: JSONText(.object(["old": old, "new": new, "session": session])),
            source: try SourceName(type: "table", key: tableName), key: key, time: createdAt)
    }
}

extension String {
    /// Whether an ISO 8601 time says in which offset from UTC it is.
    fileprivate var hasOffset: Bool {
        guard let clock = firstIndex(where: { $0 == "T" || $0 == "t" || $0 == " " }) else { return false }
        return self[clock...].contains { "Zz+-".contains($0) }
    }
}
