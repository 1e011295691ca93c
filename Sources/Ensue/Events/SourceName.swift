/// What produced an event, written `/<type>/<key>`: `/conversation/42`, `/table/public.orders`.
public struct SourceName: Sendable, Hashable, Codable, CustomStringConvertible {
    public let type: String
    public let key: String

    /// Throws ``Invalid`` if a part is empty or the type holds a slash.
    public init(type: String, key: String) throws(Invalid) {
        guard !type.isEmpty, !type.contains("/"), !key.isEmpty, type.utf8.count + key.utf8.count <= 500 else {
            throw Invalid("the source '/\(type)/\(key)' is not of the form /<type>/<key> in at most 500 bytes")
        }
        try require(!(type + key).utf8.contains(0), "the source holds a NUL character, which stores cannot keep")
        self.type = type
        self.key = key
    }

    /// Parses `/<type>/<key>`; the key is all that follows the second slash.
    public init(_ text: String) throws(Invalid) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].isEmpty else {
            throw Invalid("the source '\(text)' is not of the form /<type>/<key>, such as /conversation/42")
        }
        try self.init(type: String(parts[1]), key: String(parts[2]))
    }

    public var description: String { "/\(type)/\(key)" }

    public init(from decoder: any Decoder) throws {
        self = try SourceName(try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
