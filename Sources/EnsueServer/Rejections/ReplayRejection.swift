internal import Ensue
internal import HTTPTypes
internal import Hummingbird

/// `POST /v1/rejections/{id}/replay`: takes a refused delivery in again, as its endpoint would take it now, in the
/// rejection's account and without its secret. Answers as the delivery would be answered.
///
/// What the delivery becomes is stored before the rejection is noted as resolved. Should that fail, another replay
/// finds the first one's work by its key, and notes it then.
struct ReplayRejection: Endpoint {
    static let method = HTTPRequest.Method.post
    static let pattern: RouterPath = "/v1/rejections/{id}/replay"
    static let operation = Operation(
        id: "replayRejection", tag: .rejections, summary: "Take a refused delivery in again",
        description: """
            As its endpoint would take it now, in the rejection's account. Accepted, it is answered as the delivery would \
            be, and the rejection is resolved; refused again, it stays as it is.
            """,
        parameters: [.rejectionID], body: .nothing,
        answers: [
            .json(.accepted, "Taken.", .hasuraAnswer), .json(.ok, "Known already, or ignored.", .hasuraAnswer),
            .notFound("rejection"),
            .problem(
                .conflict, "already-resolved", "not-replayable",
                because: "a replay has put it right before, or what it came in by is not there any more."),
            .problem(
                .unprocessableContent, "invalid", "unknown-kind", "unknown-type",
                because: "the delivery cannot be taken now either; `detail` says why."),
        ])

    let intake: HasuraIntake
    let routes: HasuraRoutes

    func read(_ call: Call) async throws -> (account: Account, id: RejectionID) {
        let input: (Account, RejectionID) = (try call.account(), try call.id(of: "rejection"))
        _ = try Fields(try await call.optionalJSON(), of: "a replay", allowed: [])
        return input
    }

    func execute(_ input: (account: Account, id: RejectionID)) async throws -> Reply {
        let store = intake.engine.store
        let kept = try await store.rejection(input.id, of: input.account)
        guard kept.resolvedAt == nil else { throw Self.alreadyResolved(kept) }
        guard let mapping = routes.mapping(ofSource: kept.delivery.source) else { throw Self.notReplayable(kept) }
        let taken: HasuraIntake.Taken
        do {
            taken = try await intake.take(kept.delivery.body.utf8, mapping, kept.delivery.account)
        } catch {
            guard var problem = Problem(error), problem.status.kind == .clientError else { throw error }
            problem.members.add("rejection", text: kept.id)
            throw problem
        }
        _ = try await store.resolve(kept.id, as: taken.resolution)
        return taken.reply
    }

    private static func alreadyResolved(_ kept: KeptRejection) -> Problem {
        var problem = Problem(
            .conflict, "already-resolved", "The rejection was put right before",
            "a replay has put the rejection \(kept.id) right: \(kept.resolution ?? "-")")
        problem.members.add("resolvedAt", text: kept.resolvedAt)
        problem.members.add("resolution", text: kept.resolution)
        return problem
    }

    private static func notReplayable(_ kept: KeptRejection) -> Problem {
        let source = kept.delivery.source
        return Problem(
            .conflict, "not-replayable", "The rejection cannot be replayed",
            source.hasPrefix("\(HasuraRoutes.path)/")
                ? "the endpoint \(source) is not configured any more; configure it again, then replay"
                : "nothing takes deliveries from '\(source.prefix(200))'")
    }
}
