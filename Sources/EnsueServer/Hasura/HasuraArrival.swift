internal import Ensue
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// A delivery with what its endpoint says about it.
struct HasuraArrival: Sendable {
    let account: Account
    let mapping: HasuraEndpoint.Mapping
    let rejected: HasuraEndpoint.Rejected
    /// Path and query, from which ``HasuraRoutes/mapping(ofSource:)`` knows how to take it again.
    let source: String
    let body: ByteBuffer

    /// Acknowledges the delivery once it is durable. One that is refused is kept among the rejections, because Hasura
    /// by default does not send it again; the answer to it is as the endpoint is set.
    func reply(_ intake: HasuraIntake) async throws -> Reply {
        do {
            return try await intake.take(body.readableBytesView, mapping, account).reply
        } catch {
            guard var problem = Problem(error), problem.status.kind == .clientError else { throw error }
            let delivery = RejectedDelivery(
                account: account, source: source, body: String(buffer: body).replacing("\0", with: "\u{FFFD}"),
                reason: problem.detail)
            let id = try await intake.engine.store.reject(delivery)
            guard rejected == .accepted else {
                problem.members.add("rejection", text: id)
                throw problem
            }
            var members = JSONMembers()
            members.add("rejection", text: id)
            members.add("problem", text: problem.name)
            members.add("reason", text: problem.detail)
            return Reply(.ok, members)
        }
    }
}
