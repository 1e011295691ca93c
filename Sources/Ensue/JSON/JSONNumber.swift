public import Foundation

/// A JSON number that keeps its exact text, so that no digit is lost on the way through.
///
/// Two numbers are equal when they are the same number, however they are spelled: `1`, `1.0` and `10e-1` are equal, and
/// so are `0` and `-0`. The comparison is exact at any length. Only numbers whose decimal exponent does not fit in an
/// `Int` are compared by their spelling.
public struct JSONNumber: Sendable {
    /// The number as it was written, in the grammar of RFC 8259, section 6.
    public let text: String

    /// Takes text that is known to follow the grammar.
    init(validated text: String) {
        self.text = text
    }

    /// A whole number of any width.
    public init(_ value: some BinaryInteger) {
        text = String(value)
    }

    /// The shortest decimal that reads back as the same `Double`; nil when it is infinite or not a number.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        let description = value.description
        text = description.hasSuffix(".0") ? String(description.dropLast(2)) : description
    }

    /// The exact value of the decimal; nil when it is not a number.
    public init?(_ value: Decimal) {
        guard value.isFinite else { return nil }
        text = value.description
    }

    /// Keeps the text as it is; nil when it does not follow the grammar of RFC 8259, section 6.
    public init?(text: String) {
        let isNumber = text.utf8.withContiguousBytes { bytes in
            var parser = JSONParser<JSONRepetition>(bytes: bytes, maxDepth: 0)
            return parser.isNumber()
        }
        guard isNumber else { return nil }
        self.text = text
    }
}

extension JSONNumber {
    /// The value, or nil when it is not whole or out of range. `1.0` and `1e3` are whole.
    public var int64: Int64? {
        Int64(text) ?? ExactDecimal(jsonNumber: text)?.integer()
    }

    /// The value, or nil when it is not whole or out of range. `1.0` and `1e3` are whole.
    public var uint64: UInt64? {
        UInt64(text) ?? ExactDecimal(jsonNumber: text)?.integer()
    }

    /// The exact value, or nil when `Decimal` would have to round it or cannot hold it.
    public var decimal: Decimal? {
        if let whole = Int64(text) { return Decimal(whole) }
        guard let decimal = Decimal(string: text, locale: nil), JSONNumber(decimal) == self else { return nil }
        return decimal
    }

    /// The nearest `Double`; infinite beyond its range.
    public var double: Double {
        Double(text) ?? .nan
    }
}

extension JSONNumber: Hashable {
    public static func == (lhs: JSONNumber, rhs: JSONNumber) -> Bool {
        if lhs.text == rhs.text { return true }
        guard let left = ExactDecimal(jsonNumber: lhs.text), let right = ExactDecimal(jsonNumber: rhs.text) else {
            return false
        }
        return left == right
    }

    public func hash(into hasher: inout Hasher) {
        if let exact = ExactDecimal(jsonNumber: text) {
            hasher.combine(exact)
        } else {
            hasher.combine(text)
        }
    }
}

extension JSONNumber: CustomStringConvertible {
    /// The number as it was written.
    public var description: String { text }
}
