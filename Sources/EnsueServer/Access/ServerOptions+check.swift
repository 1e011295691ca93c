public import Ensue

extension ServerOptions {
    /// Whether only programs on this machine reach the server.
    var isLoopback: Bool {
        let host = host.lowercased()
        return ["localhost", "::1", "[::1]"].contains(host) || Self.isLoopbackIPv4(host)
    }

    private static func isLoopbackIPv4(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
    }

    /// Throws ``Invalid`` for what must not listen: an address that others can reach while nobody needs a key, and
    /// keys or endpoints that contradict each other. A server that starts checks it as well.
    public func check() throws(Invalid) {
        guard isLoopback || !apiKeys.isEmpty else {
            throw Invalid(
                "listening on \(host) lets others reach this server, so it needs at least one API key; "
                    + "or listen on 127.0.0.1")
        }
        guard Set(apiKeys.map(\.digest)).count == apiKeys.count else { throw Invalid("an API key is given twice") }
        var names: Set<String> = []
        for endpoint in hasuraEndpoints where !names.insert(endpoint.name).inserted {
            throw Invalid("the Hasura endpoint '\(endpoint.name)' is there twice")
        }
    }
}
