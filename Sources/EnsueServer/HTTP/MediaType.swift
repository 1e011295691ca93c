/// A media type as a Content-Type names it, in lower case, as far as it matters here.
struct MediaType {
    let type: String
    let subtype: String
    /// UTF-8 unless it says otherwise.
    private let charset: String

    /// Nil if the text is not `type/subtype` with or without parameters.
    init?(_ text: String) {
        let parts = text.lowercased().split(separator: ";").map(\.withoutOuterBlanks)
        let names = (parts.first ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy({ !$0.isEmpty && !$0.contains { $0.isWhitespace || $0 == "\"" } })
        else { return nil }
        type = String(names[0])
        subtype = String(names[1])
        let parameter = parts.dropFirst().first { $0.hasPrefix("charset=") }
        charset = (parameter?.dropFirst("charset=".count)).map { String($0.filter { $0 != "\"" }) } ?? "utf-8"
    }

    var isUTF8: Bool { ["utf-8", "utf8", "us-ascii"].contains(charset) }
    var isJSON: Bool { subtype == "json" || subtype.hasSuffix("+json") }

    /// Whether a body of this type is read as JSON: `application/json` or `application/…+json`, in UTF-8.
    static func isJSON(_ text: String) -> Bool {
        MediaType(text).map { $0.type == "application" && $0.isJSON && $0.isUTF8 } ?? false
    }
}
