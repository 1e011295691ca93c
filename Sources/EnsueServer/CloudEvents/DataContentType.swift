internal import Ensue
internal import Foundation

/// A media type as far as it decides what an event's data is in JSON.
struct DataContentType {
    private let mediaType: MediaType

    /// Throws ``Invalid`` if the text is not `type/subtype` with or without parameters.
    init(_ text: String) throws(Invalid) {
        guard let mediaType = MediaType(text) else {
            throw Invalid("'\(text.prefix(100))' is not a media type such as application/json or text/plain")
        }
        self.mediaType = mediaType
    }

    /// Whether it is what data is anyway, and need not be noted.
    var isPlainJSON: Bool { mediaType.type == "application" && mediaType.subtype == "json" && mediaType.isUTF8 }

    private var isText: Bool {
        mediaType.type == "text" || mediaType.subtype == "xml" || mediaType.subtype.hasSuffix("+xml")
    }

    /// Bytes of this type as the member of a CloudEvent in JSON that holds them: JSON as the value it is and text as a
    /// string, in `data`; all else in base64, in `data_base64`.
    func member(_ bytes: some Collection<UInt8>) throws(JSONSyntaxError) -> (name: String, value: JSONValue) {
        if mediaType.isJSON, mediaType.isUTF8 { return ("data", try JSONValue(parsing: bytes)) }
        if isText, mediaType.isUTF8, let text = String(validating: bytes, as: UTF8.self) {
            return ("data", .string(text))
        }
        return Self.base64(bytes)
    }

    static func base64(_ bytes: some Collection<UInt8>) -> (name: String, value: JSONValue) {
        ("data_base64", .string(Data(bytes).base64EncodedString()))
    }
}
