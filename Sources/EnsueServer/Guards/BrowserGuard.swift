internal import HTTPTypes
internal import Hummingbird

/// Keeps pages of other sites away from a server that asks for no password: a browser on the same machine would
/// otherwise let any of them post to it.
///
/// Refuses a `Host` that is not the server's (a foreign name that was made to resolve to it), an `Origin` that is not
/// the host, and what the browser itself says comes from another site. Programs send none of the latter two.
///
/// Where keys are asked for, a foreign page has none, and the server may have any name or stand behind a proxy that
/// has: only what the browser says is heeded then.
struct BrowserGuard: RouterMiddleware {
    typealias Context = CallContext

    let asksForKeys: Bool
    private let hosts: Set<String>

    init(host: String = "127.0.0.1", asksForKeys: Bool = false) {
        self.asksForKeys = asksForKeys
        hosts = ["localhost", "127.0.0.1", "[::1]", "::1", host.lowercased()]
    }

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard !context.isInProcess else { return try await next(request, context) }
        let fetchSite = request.headers[.secFetchSite]
        let refusal =
            asksForKeys
            ? refusal(fetchSite: fetchSite)
            : refusal(host: request.head.authority, origin: request.headers[.origin], fetchSite: fetchSite)
        if let refusal { throw refusal }
        return try await next(request, context)
    }

    func refusal(host: String?, origin: String?, fetchSite: String?) -> Problem? {
        if let refusal = refusal(host: host) { return refusal }
        let host = host?.lowercased()
        if let origin, Self.authority(of: origin.lowercased()) != host {
            return .forbidden("pages of '\(origin.prefix(100))' may not use this server")
        }
        return refusal(fetchSite: fetchSite)
    }

    func refusal(host: String?) -> Problem? {
        guard let host = host?.lowercased(), hosts.contains(Self.name(of: host)) else {
            return .forbidden(
                "the Host '\(host?.prefix(100) ?? "")' is not this server's; address it as localhost or 127.0.0.1")
        }
        return nil
    }

    private func refusal(fetchSite: String?) -> Problem? {
        guard let fetchSite, fetchSite != "same-origin", fetchSite != "none" else { return nil }
        return .forbidden("pages of other sites may not use this server")
    }

    /// The host without its port.
    private static func name(of host: String) -> String {
        guard let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") else { return host }
        let port = host[host.index(after: colon)...]
        return port.allSatisfy(\.isNumber) ? String(host[..<colon]) : host
    }

    private static func authority(of origin: String) -> String? {
        for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
            return String(origin.dropFirst(scheme.count))
        }
        return nil
    }
}
