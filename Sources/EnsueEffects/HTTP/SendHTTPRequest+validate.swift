internal import Ensue
internal import Foundation
internal import HTTPTypes

extension SendHTTPRequest {
    /// Refuses what could not be sent as it is, or would be taken for something else on its way.
    public func validate() throws {
        try require(
            Self.methods.contains(verb),
            "'\(verb)' is no method that can be sent; those are \(Self.methods.joined(separator: ", "))")
        _ = try Self.host(of: url)
        try validateHeaders()
        if let timeout, timeout > .seconds(Self.timeouts.upperBound) || timeout <= .zero { throw Self.badTimeout }
    }

    private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    static let timeouts = Double.leastNonzeroMagnitude...300
    static let badTimeout = Invalid("'timeout' must be more than 0 and at most 300 seconds")

    /// The host, with its port where the URL has one.
    ///
    /// Throws ``Invalid`` unless `text` is an http or https URL of RFC 3986 with a plain host. What this accepts, the
    /// client must not read differently: hence no user info, no percent signs in the host, no port that is no port.
    static func host(of text: String) throws(Invalid) -> String {
        func refusal(_ reason: String) -> Invalid { Invalid("'\(text.prefix(200))' \(reason)") }
        guard let url = URL(string: text, encodingInvalidCharacters: false) else {
            throw refusal("is not a URL; are there characters that need percent encoding?")
        }
        guard let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme) else {
            throw refusal("is neither an http nor an https URL")
        }
        let rest = text.dropFirst(scheme.count + "://".count)
        let authority = rest.prefix { !"/?#".contains($0) }
        if authority.contains("@") { throw refusal("holds a user name; send it as a header instead") }
        guard let match = authority.wholeMatch(of: /(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._\-]+)(?::([0-9]{1,5})?)?/) else {
            throw refusal("has no host, or one with characters that hosts do not have")
        }
        guard let port = match.2, !port.isEmpty else { return String(match.1) }
        guard let number = Int(port), (1...65_535).contains(number) else { throw refusal("has an impossible port") }
        return String(authority)
    }

    /// What the client writes itself because the connection depends on it.
    private static let owned: Set<String> = [
        "connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    private func validateHeaders() throws(Invalid) {
        var seen: Set<String> = []
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            guard let field = HTTPField.Name(name) else {
                throw Invalid("\(name.debugDescription) cannot be the name of a header")
            }
            try require(!Self.owned.contains(field.canonicalName), "the header \(name) is the client's own")
            try require(seen.insert(field.canonicalName).inserted, "the header \(name) is given twice")
            try require(
                HTTPField.isValidValue(value),
                "the header \(name) has a line break, a control character, or a space at its start or end")
        }
    }
}
