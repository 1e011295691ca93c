internal import Ensue
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// `POST /hooks/hasura`: takes deliveries of Hasura event triggers.
///
/// A row with the columns `kind` and `payload` is an effect: INSERT and MANUAL request it, UPDATE and DELETE are
/// acknowledged and ignored, so that a completion written back never fires again. Any other row is an event
/// `hasura.<schema>.<table>.<operation>`. `?as=effect` and `?as=event` decide it for all rows.
///
/// A delivery is acknowledged once it is durable. One that is refused is kept among the rejections, because Hasura by
/// default does not send it again.
struct HasuraHook: Endpoint {
    static let method = HTTPRequest.Method.post
    static let pattern: RouterPath = "/hooks/hasura"

    enum Mapping: String, Sendable, CaseIterable { case effect, event }

    struct Input: Sendable {
        let account: Account
        /// Nil: as the row suggests.
        let mapping: Mapping?
        let body: ByteBuffer
    }

    let engine: Engine
    let secret: SecretHeader?

    func read(_ call: Call) async throws -> Input {
        try call.demand(secret)
        return Input(
            account: try call.account(), mapping: try call.query.choice("as", Mapping.self),
            body: try await call.jsonBody())
    }

    func execute(_ input: Input) async throws -> Reply {
        do { return try await take(input) } catch {
            guard var problem = Problem(error), problem.status.kind == .clientError else { throw error }
            let rejected = RejectedDelivery(
                account: input.account, source: "/hooks/hasura",
                body: String(buffer: input.body).replacing("\0", with: "\u{FFFD}"), reason: problem.detail)
            problem.members.add("rejection", text: try await engine.store.reject(rejected))
            throw problem
        }
    }

    private func take(_ input: Input) async throws -> Reply {
        let delivery = try HasuraDelivery(try JSONValue(parsing: input.body.readableBytesView))
        switch input.mapping ?? (delivery.asksForEffect ? .effect : .event) {
        case .event: return try await record(delivery, input.account)
        case .effect:
            guard delivery.operation == .insert || delivery.operation == .manual else { return ignored(delivery) }
            return try await request(delivery, input.account)
        }
    }

    private func record(_ delivery: HasuraDelivery, _ account: Account) async throws -> Reply {
        let draft: EventDraft
        do { draft = try engine.checked(try delivery.draft(account: account)) } catch {
            throw try Problem.refusing(error)
        }
        let receipt = try await engine.store.record([draft])[0]
        var members = JSONMembers()
        members.add("type", text: draft.type)
        members.add("event", text: receipt.id)
        members.add("duplicate", .bool(receipt.isDuplicate))
        return Reply(receipt.isDuplicate ? .ok : .accepted, members)
    }

    private func request(_ delivery: HasuraDelivery, _ account: Account) async throws -> Reply {
        let request: EffectRequest
        do {
            request = try delivery.request(account: account)
            try await engine.accept(request)
        } catch {
            throw named(try Problem.refusing(error), delivery)
        }
        let receipt = try await engine.request([request])[0]
        var members = JSONMembers()
        members.add("kind", text: request.kind)
        members.add("id", delivery.new["id"])
        members.add("effect", text: receipt.id)
        members.add("duplicate", .bool(receipt.isDuplicate))
        return Reply(receipt.isDuplicate ? .ok : .accepted, members)
    }

    /// The problem with the row's kind and id, so that the delivery's log in Hasura says which row it was.
    private func named(_ problem: Problem, _ delivery: HasuraDelivery) -> Problem {
        var problem = problem
        if problem.name != "unknown-kind" { problem.members.add("kind", delivery.new["kind"]) }
        problem.members.add("id", delivery.new["id"])
        return problem
    }

    private func ignored(_ delivery: HasuraDelivery) -> Reply {
        var members = JSONMembers()
        members.add("ignored", text: delivery.operation.rawValue)
        members.add("table", text: delivery.tableName)
        members.add("reason", text: "only INSERT and MANUAL request effects")
        return Reply(.ok, members)
    }
}
