/// A JSON document kept as text: what stores and the wire carry, and what is parsed only on demand.
///
/// The text of a document that came from outside is kept to the byte, with one exception: when an object repeats a
/// member name, the document is written anew with the last such member alone. Foundation's decoder would take the
/// first, and what has been checked as a tree would differ from what is acted upon as a type.
///
/// Two documents are equal when their texts are, as Swift strings compare. Arrays and objects nest no deeper than
/// `JSONValue.defaultMaxDepth`, so that a document that could be made can always be read.
public struct JSONText: Sendable, Hashable {
    /// The document.
    public let text: String

    /// The empty object, `{}`.
    public static let emptyObject = JSONText(trusted: "{}")

    /// The value as compact text with sorted members; see `JSONValue.text`.
    ///
    /// A value nested deeper than `JSONValue.defaultMaxDepth` gives a document that `parsed()` refuses.
    public init(_ value: JSONValue) {
        text = value.text
    }

    /// Takes a document from outside, once it is known to be one JSON value by the rules of `JSONValue`.
    ///
    /// - Throws: What is wrong, and where.
    public init(parsing text: String) throws(JSONSyntaxError) {
        let repeats = try text.utf8.withContiguousBytes { bytes throws(JSONSyntaxError) in
            var parser = JSONParser<JSONRepetition>(bytes: bytes, maxDepth: JSONValue.defaultMaxDepth)
            return try parser.document()
        }
        self.text = repeats ? try JSONValue(parsing: text).text : text
    }

    /// Takes a document from outside in UTF-8, once it is known to be one JSON value by the rules of `JSONValue`.
    ///
    /// - Throws: What is wrong, and where.
    public init(parsing bytes: some Collection<UInt8>) throws(JSONSyntaxError) {
        self = try bytes.withContiguousBytes { bytes throws(JSONSyntaxError) in
            try JSONParser<JSONRepetition>(bytes: bytes, maxDepth: 0).refuseInvalidUTF8()
            return try JSONText(parsing: String(decoding: bytes, as: UTF8.self))
        }
    }

    /// Takes text that one of the other initialisers has produced before, such as a store's, without looking at it.
    package init(trusted text: String) {
        self.text = text
    }

    /// The document as a tree, with every number as it is written.
    ///
    /// - Throws: What is wrong, and where, for a document that was trusted and is broken.
    public func parsed() throws(JSONSyntaxError) -> JSONValue {
        try JSONValue(parsing: text)
    }
}

extension JSONText: CustomStringConvertible {
    /// The document.
    public var description: String { text }
}
