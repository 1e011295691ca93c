internal import Ensue
internal import HTTPTypes
internal import NIOCore

extension CloudEvent {
    /// An event in binary mode (HTTP protocol binding of CloudEvents 1.0.2, section 3.1) as it would be in the JSON
    /// format: the attributes from `ce-` headers, `datacontenttype` from the Content-Type, and data from the body.
    static func json(_ headers: HTTPFields, _ body: ByteBuffer) throws -> JSONValue {
        var members: [String: JSONValue] = [:]
        for field in headers where field.isCloudEventAttribute {
            let name = String(field.name.canonicalName.dropFirst("ce-".count))
            guard name != "datacontenttype" else {
                throw Problem.malformed("the header ce-datacontenttype may not be sent; Content-Type says it")
            }
            guard name != "data", name != "data_base64" else {
                throw Problem.malformed("there is no header ce-\(name); the body is the data")
            }
            guard members[name] == nil else { throw Problem.malformed("ce-\(name) is there twice") }
            members[name] = .string(try AttributeHeader.text(field.value, of: field.name.rawName))
        }
        if let type = headers[.contentType] { members["datacontenttype"] = .string(type) }
        guard body.readableBytes > 0 else { return .object(members) }
        let bytes = body.readableBytesView
        let data = try headers[.contentType].map { try DataContentType($0).member(bytes) }
        let member = data ?? DataContentType.base64(bytes)
        members[member.name] = member.value
        return .object(members)
    }
}

/// The values of `ce-` headers.
enum AttributeHeader {
    /// The text that a value stands for: a quoted string is unescaped, then percent-encoding is decoded once (section
    /// 3.1.3.2 of the binding). Throws a problem that names the header where that leaves no UTF-8.
    static func text(_ value: String, of name: String) throws(Problem) -> String {
        // The HTTP library puts U+FFFD where bytes are not UTF-8. Who means it can percent-encode it.
        guard !value.unicodeScalars.contains("\u{FFFD}") else { throw problem(name, "is not UTF-8") }
        let text = try unquoted(Array(value.utf8), name)
        do { return try PercentEncoding.decoded(text) } catch {
            throw switch error {
            case .digitsMissing:
                problem(name, "holds a percent sign without two hexadecimal digits; itself it is written %25")
            case .notUTF8: problem(name, "is not UTF-8 once it is percent-decoded")
            }
        }
    }

    private static func unquoted(_ bytes: [UInt8], _ name: String) throws(Problem) -> [UInt8] {
        guard bytes.first == UInt8(ascii: "\"") else { return bytes }
        var text: [UInt8] = []
        var rest = bytes.dropFirst()
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\"") where rest.isEmpty: return text
            case UInt8(ascii: "\\"): text.append(contentsOf: rest.popFirst().map { [$0] } ?? [])
            case UInt8(ascii: "\""): throw problem(name, "goes on after its closing quotation mark")
            default: text.append(byte)
            }
        }
        throw problem(name, "has no closing quotation mark")
    }

    private static func problem(_ name: String, _ fault: String) -> Problem {
        .malformed("the value of the header \(name) \(fault)")
    }
}
