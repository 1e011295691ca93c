internal import Ensue
internal import HTTPTypes
internal import NIOCore

/// A ledger as commands use it: through the HTTP API, whether a server has its store or this process has opened it.
///
/// So every command is written once, against the API's JSON.
struct Ledger: Sendable {
    typealias Exchange = @Sendable (HTTPRequest, ByteBuffer) async throws -> (response: HTTPResponse, body: ByteBuffer)

    /// How messages name it: the server's address, or the store.
    let name: String
    /// What its requests speak for; nil is whatever the server decides.
    let account: Account?
    /// Whether requests show an API key.
    let hasAPIKey: Bool
    let exchange: Exchange

    func get(_ path: String, _ query: [(name: String, value: String?)] = []) async throws -> JSONValue {
        let pairs = query.compactMap { pair in pair.value.map { "\(pair.name)=\(Self.escaped($0))" } }
        return try await send(.get, pairs.isEmpty ? path : "\(path)?\(pairs.joined(separator: "&"))")
    }

    func post(_ path: String, _ body: JSONText = .emptyObject, key: String? = nil) async throws -> JSONValue {
        var fields: HTTPFields = [.contentType: "application/json"]
        if let key, let name = HTTPField.Name("Idempotency-Key") { fields[name] = key }
        return try await send(.post, path, fields, ByteBuffer(string: body.text))
    }

    /// A trace holds payloads, each as deep as a document may be, below a hundred consequences of consequences.
    private static let maxDepth = 4 * JSONValue.defaultMaxDepth

    /// What the API answers with; throws ``CommandFailure`` for a problem document.
    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ fields: HTTPFields = [:], _ body: ByteBuffer = ByteBuffer()
    ) async throws -> JSONValue {
        var fields = fields
        if let account, let name = HTTPField.Name("Ensue-Account") { fields[name] = account.rawValue }
        let request = HTTPRequest(
            method: method, scheme: "http", authority: "localhost", path: path, headerFields: fields)
        let (response, answer) = try await exchange(request, body)
        let json: JSONValue
        do { json = try JSONValue(parsing: answer.readableBytesView, maxDepth: Self.maxDepth) } catch {
            throw CommandFailure(
                "\(name) answered \(response.status.code) and no JSON: is it an Ensue server?", status: .unreachable)
        }
        guard response.status.kind == .successful else {
            throw APIProblem(json, response.status).failure(of: self, at: path)
        }
        return json
    }

    /// A text as a part of a query or path: RFC 3986's unreserved characters stay.
    static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
