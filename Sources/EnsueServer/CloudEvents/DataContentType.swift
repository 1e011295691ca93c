internal import Ensue
internal import Foundation

/// A media type as far as it decides what an event's data is in JSON.
struct DataContentType {
    private let type: String
    private let subtype: String
    private let charset: String

    /// Throws ``Invalid`` if the text is not `type/subtype` with or without parameters.
    init(_ text: String) throws(Invalid) {
        let parts = text.lowercased().split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
        let names = (parts.first ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy({ !$0.isEmpty && !$0.contains { $0.isWhitespace || $0 == "\"" } })
        else {
            throw Invalid("'\(text.prefix(100))' is not a media type such as application/json or text/plain")
        }
        type = String(names[0])
        subtype = String(names[1])
        let parameter = parts.dropFirst().first { $0.hasPrefix("charset=") }
        charset = (parameter?.dropFirst("charset=".count)).map { String($0.filter { $0 != "\"" }) } ?? "utf-8"
    }

    /// Whether it is what data is anyway, and need not be noted.
    var isPlainJSON: Bool { type == "application" && subtype == "json" && isUTF8 }

    private var isJSON: Bool { subtype == "json" || subtype.hasSuffix("+json") }
    private var isText: Bool { type == "text" || subtype == "xml" || subtype.hasSuffix("+xml") }
    private var isUTF8: Bool { ["utf-8", "utf8", "us-ascii"].contains(charset) }

    /// Bytes of this type as the member of a CloudEvent in JSON that holds them: JSON as the value it is and text as a
    /// string, in `data`; all else in base64, in `data_base64`.
    func member(_ bytes: some Collection<UInt8>) throws(JSONSyntaxError) -> (name: String, value: JSONValue) {
        if isJSON, isUTF8 { return ("data", try JSONValue(parsing: bytes)) }
        if isText, isUTF8, let text = String(validating: bytes, as: UTF8.self) { return ("data", .string(text)) }
        return Self.base64(bytes)
    }

    static func base64(_ bytes: some Collection<UInt8>) -> (name: String, value: JSONValue) {
        ("data_base64", .string(Data(bytes).base64EncodedString()))
    }
}
