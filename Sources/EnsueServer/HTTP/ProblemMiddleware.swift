internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOHTTP1

/// Turns every error into a problem document, and logs what is our fault. Paths are logged as patterns, since a
/// completion's path holds its token.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = CallContext

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPParserError {
            throw error
        } catch {
            response = problem(error, request, context).response
        }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        response.headers[.contentTypeOptions] = "nosniff"
        if request.method == .head { response = response.createHeadResponse() }
        context.logger.debug(
            "answered", metadata: place(request, context).merging(["status": "\(response.status.code)"]) { $1 })
        return response
    }

    private func problem(_ error: any Error, _ request: Request, _ context: Context) -> Problem {
        guard let problem = Problem(error) else {
            context.logger.error(
                "a request failed", metadata: place(request, context).merging(["error": "\(error)"]) { $1 })
            return .internalError(request: context.logger[metadataKey: "hb.request.id"]?.description ?? "-")
        }
        if problem.status.kind == .serverError, !(error is Overload) {
            context.logger.warning(
                "a request could not be served",
                metadata: place(request, context).merging(["error": "\(problem.cause ?? error)"]) { $1 })
        } else if let cause = problem.cause {
            context.logger.info(
                "a handler refused a request",
                metadata: place(request, context).merging(["error": "\(cause)"]) { $1 })
        }
        return problem
    }

    private func place(_ request: Request, _ context: Context) -> Logger.Metadata {
        ["method": "\(request.method.rawValue)", "endpoint": "\(context.endpointPath ?? "-")"]
    }
}
