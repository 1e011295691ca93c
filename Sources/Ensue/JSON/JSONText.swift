/// A JSON document kept as text: what stores and the wire carry, and what is parsed only on demand.
///
/// The text of a document that came from outside is kept to the byte. Two documents are equal when their texts are,
/// as Swift strings compare.
public struct JSONText: Sendable, Hashable {
    /// The document.
    public let text: String

    /// The empty object, `{}`.
    public static let emptyObject = JSONText(trusted: "{}")

    /// The value as compact text with sorted members; see `JSONValue.text`.
    public init(_ value: JSONValue) {
        text = value.text
    }

    /// Keeps the text as it is, once it is known to be one JSON value by the rules of `JSONValue`.
    ///
    /// - Throws: What is wrong, and where.
    public init(parsing text: String, maxDepth: Int = JSONValue.defaultMaxDepth) throws(JSONSyntaxError) {
        try text.utf8.withContiguousBytes { bytes throws(JSONSyntaxError) in
            var parser = JSONParser<JSONValidation>(bytes: bytes, maxDepth: maxDepth)
            try parser.document()
        }
        self.text = text
    }

    /// Keeps UTF-8 as it is, once it is known to be one JSON value by the rules of `JSONValue`.
    ///
    /// - Throws: What is wrong, and where.
    public init(
        parsing bytes: some Collection<UInt8>, maxDepth: Int = JSONValue.defaultMaxDepth
    ) throws(JSONSyntaxError) {
        text = try bytes.withContiguousBytes { bytes throws(JSONSyntaxError) in
            var parser = JSONParser<JSONValidation>(bytes: bytes, maxDepth: maxDepth)
            try parser.refuseInvalidUTF8()
            try parser.document()
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Takes text that one of the other initialisers has produced before, such as a store's, without looking at it.
    package init(trusted text: String) {
        self.text = text
    }

    /// The document as a tree, with every number as it is written.
    ///
    /// - Throws: What is wrong, and where, for a document that was trusted and is broken, or that is nested deeper than
    ///   512 levels.
    public func parsed() throws(JSONSyntaxError) -> JSONValue {
        try JSONValue(parsing: text, maxDepth: 512)
    }
}

extension JSONText: CustomStringConvertible {
    /// The document.
    public var description: String { text }
}
