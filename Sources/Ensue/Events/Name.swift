/// A short identifier of the vocabulary: an account, an event type, an effect kind.
///
/// 1 to 200 characters of `[A-Za-z0-9_.:/-]`. A value of a conforming type is always well formed: the throwing
/// initialiser refuses anything else, a literal that is malformed is a programming error and traps.
public protocol Name: RawRepresentable<String>, Sendable, Hashable, Comparable, Codable, CustomStringConvertible,
    ExpressibleByStringLiteral
{
    /// What the name names, for error texts: `"event type"`.
    static var noun: String { get }
    /// Wraps a text that is known to be well formed.
    init(wellFormed: String)
}

extension Name {
    /// Throws ``MalformedName`` if `text` is empty, too long, or holds a character that names may not hold.
    public init(_ text: String) throws(MalformedName) {
        guard MalformedName.accepts(text) else { throw MalformedName(noun: Self.noun, text: text) }
        self.init(wellFormed: text)
    }

    public init?(rawValue: String) {
        guard MalformedName.accepts(rawValue) else { return nil }
        self.init(wellFormed: rawValue)
    }

    public init(stringLiteral text: String) {
        precondition(MalformedName.accepts(text), "\(MalformedName(noun: Self.noun, text: text))")
        self.init(wellFormed: text)
    }

    public init(from decoder: any Decoder) throws {
        self = try Self(try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    public var description: String { rawValue }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A text that cannot be a ``Name``; the description says what was wrong and what would be right.
public struct MalformedName: Error, Sendable, Equatable, CustomStringConvertible {
    public let noun: String
    public let text: String

    static func accepts(_ text: String) -> Bool {
        let bytes = text.utf8
        return (1...200).contains(bytes.count) && bytes.allSatisfy(isAllowed)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "-")...UInt8(ascii: ":"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    public var description: String {
        if text.isEmpty { return "the \(noun) is empty; it needs 1 to 200 of A-Z a-z 0-9 _ . : / -" }
        let shown = text.count > 60 ? "\(text.prefix(57))..." : text
        let fault =
            text.utf8.count > 200
            ? "is \(text.utf8.count) bytes long"
            : "holds \(text.first { !$0.utf8.allSatisfy(Self.isAllowed) }.map { "'\($0)'" } ?? "a forbidden character")"
        return "the \(noun) '\(shown)' \(fault); it needs 1 to 200 of A-Z a-z 0-9 _ . : / -"
    }
}
