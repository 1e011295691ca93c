/// What produced an event, written `/<type>/<key>`: `/conversation/42`, `/table/public.orders`.
public struct SourceName: Sendable, Hashable, Codable, CustomStringConvertible {
    public let type: String
    public let key: String

    /// Throws ``Invalid`` if a part is empty or the type holds a slash.
    public init(type: String, key: String) throws(Invalid) {
        guard !type.isEmpty, !type.utf8.contains(Self.slash), !key.isEmpty, type.utf8.count + key.utf8.count <= 500
        else {
            throw Invalid("the source '/\(type)/\(key)' is not of the form /<type>/<key> in at most 500 bytes")
        }
        try require(!(type + key).utf8.contains(0), "the source holds a NUL character, which stores cannot keep")
        self.type = type
        self.key = key
    }

    /// Parses `/<type>/<key>`; the key is all that follows the second slash.
    public init(_ text: String) throws(Invalid) {
        // By bytes: a slash and what follows can be one character to Swift.
        let parts = text.utf8.split(separator: Self.slash, maxSplits: 2, omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard parts.count == 3, parts[0].isEmpty else {
            throw Invalid("the source '\(text)' is not of the form /<type>/<key>, such as /conversation/42")
        }
        try self.init(type: parts[1], key: parts[2])
    }

    private static let slash = UInt8(ascii: "/")

    public var description: String { "/\(type)/\(key)" }

    public init(from decoder: any Decoder) throws {
        self = try SourceName(try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
