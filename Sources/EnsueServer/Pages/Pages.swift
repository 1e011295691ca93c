internal import Hummingbird
internal import Logging

/// The files of a folder, at `/pages/`: for pages that use the API, which lets in those of its own origin alone.
struct Pages {
    let folder: String

    func add(to router: Router<CallContext>, behind hosts: HostGuard, _ intake: Intake) {
        var logger = Logger(label: "ensue")
        logger.logLevel = .warning
        router.group("pages")
            .add(middleware: hosts)
            .add(middleware: intake)
            .add(middleware: Revalidation())
            .add(
                middleware: FileMiddleware<CallContext, PageFiles>(
                    fileProvider: PageFiles(folder: folder, logger: logger), urlBasePath: "/pages",
                    searchForIndexHtml: true)
            )
            .get { request, _ -> Response in
                // Without the slash at its end a page's relative links would lead elsewhere.
                guard request.uri.path.hasSuffix("/") else { return .redirect(to: "/pages/", type: .permanent) }
                return try Self.nothing()
            }
            .get("**") { _, _ -> Response in try Self.nothing() }
    }

    /// Makes the middleware look for a file.
    private static func nothing() throws -> Response { throw HTTPError(.notFound) }
}

/// A browser may keep a page, and asks each time whether it has changed: that is what its entity tag is for.
private struct Revalidation: RouterMiddleware {
    typealias Context = CallContext

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        if response.headers[.eTag] != nil { response.headers[.cacheControl] = "no-cache" }
        return response
    }
}
