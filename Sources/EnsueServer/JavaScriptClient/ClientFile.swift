internal import Ensue
internal import HTTPTypes
internal import Hummingbird

/// A part of the JavaScript client, as the server serves it.
struct ClientFile: Sendable {
    let type: String
    /// The entity tag of RFC 9110, section 8.8.3, quoted.
    let tag: String
    let text: String

    /// 304 for who has it already. Pages ask again after five minutes, so that a new server's client soon reaches them.
    func reply(unlessMatching known: String?) -> Reply {
        var reply = matches(known) ? Reply(.notModified) : Reply(.ok, text: text, type: type)
        reply.headers[.eTag] = tag
        reply.headers[.cacheControl] = "public, max-age=300"
        return reply
    }

    /// The weak comparison of `If-None-Match`: RFC 9110, section 13.1.2.
    private func matches(_ known: String?) -> Bool {
        guard let known else { return false }
        let tags = known.split(separator: ",").map { $0.drop { $0 == " " || $0 == "\t" } }
        return tags.contains { $0.hasPrefix(tag) || $0.hasPrefix("W/\(tag)") || $0 == "*" }
    }
}
