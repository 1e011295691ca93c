internal import Ensue
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// What an endpoint answers when nothing went wrong.
struct Reply: Sendable {
    let status: HTTPResponse.Status
    private let body: String?
    private let type: String
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ body: JSONText? = nil) {
        self.status = status
        self.body = body.map { $0.text + "\n" }
        type = "application/json"
    }

    /// What is no JSON, sent as it is.
    init(_ status: HTTPResponse.Status, text: String, type: String) {
        self.status = status
        body = text
        self.type = type
    }

    init(_ status: HTTPResponse.Status, _ members: JSONMembers) {
        self.init(status, members.object)
    }

    var response: Response {
        guard let body else { return Response(status: status, headers: headers) }
        var headers = headers
        headers[.contentType] = type
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: body)))
    }
}

/// The members of an object that the API answers with, in the order in which a reader wants them. Documents from the
/// store are put in as they are, to the digit. What is nil is left out.
struct JSONMembers: Sendable {
    private var text = ""

    mutating func add(_ name: String, _ value: JSONText?) {
        guard let value else { return }
        text += "\(text.isEmpty ? "" : ",")\(JSONValue.string(name).text):\(value.text)"
    }

    mutating func add(_ name: String, _ value: JSONValue?) {
        add(name, value.map { JSONText($0) })
    }

    mutating func add(_ name: String, _ value: JSONMembers?) {
        add(name, value?.object)
    }

    mutating func add(_ name: String, text: (some CustomStringConvertible)?) {
        add(name, text.map { JSONValue.string($0.description) })
    }

    mutating func add(_ name: String, _ number: Int) {
        add(name, JSONValue.number(JSONNumber(number)))
    }

    mutating func add(_ name: String, _ list: [JSONMembers]) {
        add(name, JSONText.array(list))
    }

    mutating func add(_ members: JSONMembers) {
        guard !members.text.isEmpty else { return }
        text += text.isEmpty ? members.text : ",\(members.text)"
    }

    var object: JSONText { JSONText(trusted: "{\(text)}") }
}

extension JSONText {
    static func array(_ elements: [JSONMembers]) -> JSONText {
        JSONText(trusted: "[\(elements.map(\.object.text).joined(separator: ","))]")
    }
}
