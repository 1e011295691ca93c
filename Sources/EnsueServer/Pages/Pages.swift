internal import Hummingbird
internal import Logging

/// The files of a folder, at `/pages/`: for pages that use the API, which lets in those of its own origin alone.
struct Pages {
    let folder: String

    func add(to router: Router<CallContext>) {
        var logger = Logger(label: "ensue")
        logger.logLevel = .warning
        router.group("pages")
            .add(middleware: FileMiddleware(folder, urlBasePath: "/pages", searchForIndexHtml: true, logger: logger))
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
