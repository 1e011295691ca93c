internal import Ensue

/// The attributes of a CloudEvent in JSON. One that is null is unset.
struct CloudEventAttributes {
    private let values: [String: JSONValue]

    /// Throws ``Invalid`` for a name that no attribute can have.
    init(_ members: [String: JSONValue]) throws(Invalid) {
        values = members.filter { $0.key != "data" && $0.key != "data_base64" && !$0.value.isNull }
        for name in values.keys.sorted() {
            try require(
                !name.isEmpty && name.utf8.allSatisfy(Self.isAllowed),
                "an attribute is named '\(name.prefix(60))'; the names of CloudEvents consist of a-z and 0-9")
            try require(name.utf8.count <= 100, "the attribute '\(name.prefix(60))…' has a name of more than 100 bytes")
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    var names: [String] { values.keys.sorted() }

    /// Throws ``Invalid`` that names every one of `names` that is unset.
    func demand(_ names: String...) throws(Invalid) {
        let missing = names.filter { values[$0] == nil }
        try require(
            missing.isEmpty,
            "missing \(missing.count == 1 ? "attribute" : "attributes"): \(missing.joined(separator: ", "))")
    }

    func required(_ name: String) throws(Invalid) -> String {
        try demand(name)
        return try text(name) ?? ""
    }

    /// An attribute's canonical text: strings as they are, truth values and whole numbers as written.
    func text(_ name: String, mayBeEmpty: Bool = false) throws(Invalid) -> String? {
        guard let value = values[name] else { return nil }
        let text: String
        switch value {
        case .string(let string): text = string
        case .bool(let bool) where mayBeEmpty: text = bool ? "true" : "false"
        case .number where mayBeEmpty && value.int64 != nil: text = value.text
        default:
            let what = mayBeEmpty ? "a string, a whole number, true or false" : "a string"
            throw Invalid("the attribute '\(name)' must be \(what)")
        }
        try require(mayBeEmpty || !text.isEmpty, "the attribute '\(name)' is empty")
        if let scalar = text.unicodeScalars.first(where: \.isForbidden) {
            let code = String(scalar.value, radix: 16, uppercase: true)
            throw Invalid("the attribute '\(name)' holds U+\(code), which attributes may not hold")
        }
        return text
    }

    func time() throws(Invalid) -> Timestamp? {
        guard let text = try text("time") else { return nil }
        guard let date = RFC3339.date(text) else {
            throw Invalid("the 'time' is '\(text.prefix(60))'; it has to be like 2026-03-04T09:15:02Z (RFC 3339)")
        }
        return Timestamp(date)
    }

    func contentType() throws(Invalid) -> DataContentType? {
        guard let text = try text("datacontenttype") else { return nil }
        do { return try DataContentType(text) } catch { throw Invalid("the 'datacontenttype' \(error)") }
    }
}

extension Unicode.Scalar {
    /// Control characters and noncharacters, which the type system of CloudEvents keeps out of strings.
    fileprivate var isForbidden: Bool {
        properties.generalCategory == .control || properties.isNoncharacterCodePoint
    }
}
