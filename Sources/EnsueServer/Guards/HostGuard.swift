internal import HTTPTypes
internal import Hummingbird

/// Refuses a foreign name that was made to resolve to this server. For what a browser is navigated to, perhaps from
/// another site, so that nothing else can be asked of it.
struct HostGuard: RouterMiddleware {
    typealias Context = CallContext

    let rules: BrowserGuard

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        if !context.isInProcess, !rules.asksForKeys, let refusal = rules.refusal(host: request.head.authority) {
            throw refusal
        }
        return try await next(request, context)
    }
}
