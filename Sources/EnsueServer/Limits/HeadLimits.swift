internal import HTTPTypes
internal import Hummingbird

/// Refuses requests whose URL is too long, and those that name two hosts.
struct HeadLimits: RouterMiddleware {
    typealias Context = CallContext

    let limits: ServerLimits

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        if !context.isInProcess { try check(request) }
        return try await next(request, context)
    }

    private func check(_ request: Request) throws {
        // The first is the authority, and no longer among the fields.
        guard request.head.authority == nil || request.headers[.host] == nil else {
            throw Problem.malformed("the header Host is there more than once; send it once")
        }
        let target = request.uri.string.utf8
        guard target.count <= limits.targetBytes else { throw Problem.targetTooLong(limits.targetBytes) }
        guard target.contains(UInt8(ascii: "?")) else { return }
        let parameters = target.count { $0 == UInt8(ascii: "&") } + 1
        guard parameters <= limits.queryParameters else {
            throw Problem.malformed(
                "the query has \(parameters) parameters; at most \(limits.queryParameters) are read")
        }
    }
}

extension Problem {
    fileprivate static func targetTooLong(_ limit: Int) -> Problem {
        Problem(
            .uriTooLong, "target-too-long", "The URL is too long", "the path and query have more than \(limit) bytes")
    }
}
