internal import Ensue
internal import Foundation

/// An event as CloudEvents 1.0.2 describes it, read from its JSON format. See `EventDraft.init(_:account:)` for what
/// becomes of it.
///
/// Data that is JSON or text is itself, whichever mode brought it. Other bytes, of which JSON knows nothing, are the
/// object `{"base64": "…"}`, and the event has the tag `ce:data_base64`, which no JSON data has.
struct CloudEvent: Sendable {
    let id: String
    let source: String
    let type: String
    let time: Timestamp?
    let data: JSONValue
    /// Whether `data` stands for bytes.
    let isBinary: Bool
    /// What else is known of it, in the order in which it is to be kept: `subject`, `dataschema`, `datacontenttype` if
    /// it says more than that data is JSON, and the extensions by name.
    let others: [(name: String, text: String)]

    private static let core = ["id", "source", "specversion", "type", "time"]
    private static let optional = ["subject", "dataschema", "datacontenttype"]

    /// Throws ``Invalid`` for what is no CloudEvent.
    init(json: JSONValue) throws(Invalid) {
        guard let members = json.object else { throw Invalid("a CloudEvent must be a JSON object") }
        let attributes = try CloudEventAttributes(members)
        try attributes.demand("id", "source", "specversion", "type")
        let version = try attributes.required("specversion")
        try require(version == "1.0", "the 'specversion' is '\(version.prefix(40))'; what is understood here is 1.0")
        id = try attributes.required("id")
        source = try attributes.required("source")
        type = try attributes.required("type")
        try require(
            source.isURIReference,
            "the 'source' is not a URI reference: it holds a character that has to be "
                + "percent-encoded there")
        time = try attributes.time()
        if let schema = try attributes.text("dataschema") {
            try require(schema.isURI, "the 'dataschema' is not an absolute URI such as https://example.com/schema")
        }
        let contentType = try attributes.contentType()
        (data, isBinary) = try Self.data(members, contentType)
        var others: [(name: String, text: String)] = []
        for name in Self.optional {
            guard let text = try attributes.text(name) else { continue }
            if name == "datacontenttype", contentType?.isPlainJSON == true { continue }
            others.append((name, text))
        }
        let known = Self.core + Self.optional
        for name in attributes.names where !known.contains(name) {
            others.append((name, try attributes.text(name, mayBeEmpty: true) ?? ""))
        }
        self.others = others
    }

    private static func data(
        _ members: [String: JSONValue], _ type: DataContentType?
    ) throws(Invalid) -> (data: JSONValue, isBinary: Bool) {
        guard let encoded = members["data_base64"], !encoded.isNull else { return (members["data"] ?? .null, false) }
        try require(members["data"]?.isNull ?? true, "an event has 'data' or 'data_base64', never both")
        guard let text = encoded.string, let bytes = Data(base64Encoded: text) else {
            throw Invalid("'data_base64' is not a string in base64")
        }
        guard let type else { return (["base64": encoded], true) }
        do {
            let member = try type.member(bytes)
            return member.name == "data" ? (member.value, false) : (["base64": encoded], true)
        } catch {
            throw Invalid("'data_base64' is not the JSON that 'datacontenttype' calls it: \(error)")
        }
    }
}

extension String {
    /// Whether it holds nothing that RFC 3986 and 3987 would have percent-encoded.
    fileprivate var isURIReference: Bool {
        !unicodeScalars.contains { $0.properties.isWhitespace || "<>\"\\^`{|}".unicodeScalars.contains($0) }
    }

    fileprivate var isURI: Bool {
        guard let colon = firstIndex(of: ":"), isURIReference else { return false }
        let scheme = self[..<colon].utf8
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        guard let first = scheme.first, letters.contains(first | 0x20) else { return false }
        return scheme.allSatisfy { byte in
            letters.contains(byte | 0x20) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || "+-.".utf8.contains(byte)
        }
    }
}
