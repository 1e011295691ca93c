/// A JSON value as RFC 8259 defines it.
///
/// Numbers keep the text they were written with, so 64-bit integers and decimals of any length survive unchanged.
/// Member names and strings compare as Swift strings do: canonically equivalent spellings of one text are equal, and
/// two such member names are one member. Comparing, hashing and writing recurse once for every level of nesting.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue {
    /// The nesting that the parsing initialisers allow by default.
    public static let defaultMaxDepth = 128

    /// Parses one JSON value, strictly by RFC 8259: no byte order mark, no lone surrogates, nothing after the value.
    ///
    /// Of duplicate member names the last one wins.
    ///
    /// - Parameter maxDepth: How many arrays and objects may enclose each other; the stack grows with it.
    /// - Throws: What is wrong, and where.
    public init(
        parsing text: some StringProtocol, maxDepth: Int = defaultMaxDepth
    ) throws(JSONSyntaxError) {
        self = try text.utf8.withContiguousBytes { bytes throws(JSONSyntaxError) in
            var parser = JSONParser<JSONTree>(bytes: bytes, maxDepth: maxDepth)
            return try parser.document()
        }
    }

    /// Parses one JSON value from UTF-8, under the rules for text; bytes that are not UTF-8 are an error as well.
    ///
    /// The bytes are copied only when the collection does not keep them in one piece.
    public init(
        parsing bytes: some Collection<UInt8>, maxDepth: Int = defaultMaxDepth
    ) throws(JSONSyntaxError) {
        self = try bytes.withContiguousBytes { bytes throws(JSONSyntaxError) in
            var parser = JSONParser<JSONTree>(bytes: bytes, maxDepth: maxDepth)
            try parser.refuseInvalidUTF8()
            return try parser.document()
        }
    }

    /// The value as compact JSON text.
    ///
    /// Members are in the order of the UTF-8 bytes of their names, numbers are spelled as they were written, and only
    /// what RFC 8259 demands is escaped, so the same members always give the same text.
    public var text: String {
        var writer = JSONWriter()
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSONValue {
    /// The member of that name, or nil when there is none or this is not an object.
    public subscript(key: String) -> JSONValue? {
        object?[key]
    }

    /// The element at that index, or nil when it is out of range or this is not an array.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// Whether this is `null`.
    public var isNull: Bool {
        self == .null
    }

    /// The truth value, or nil for anything but `true` and `false`.
    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The number as an `Int`, or nil when it is not a number, not whole or out of range.
    public var int: Int? {
        int64.flatMap(Int.init(exactly:))
    }

    /// The number as an `Int64`, or nil when it is not a number, not whole or out of range.
    public var int64: Int64? {
        guard case .number(let number) = self else { return nil }
        return number.int64
    }

    /// The `Double` nearest to the number, or nil when this is not a number.
    public var double: Double? {
        guard case .number(let number) = self else { return nil }
        return number.double
    }

    /// The string, or nil for any other kind of value.
    public var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// The elements, or nil when this is not an array.
    public var array: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members, or nil when this is not an object.
    public var object: [String: JSONValue]? {
        guard case .object(let members) = self else { return nil }
        return members
    }
}
