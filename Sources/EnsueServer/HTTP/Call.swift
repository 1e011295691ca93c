internal import Ensue
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import NIOHTTP1

/// A request on its way into an endpoint.
struct Call {
    let request: Request
    let context: CallContext
    let query: Query
    let options: ServerOptions

    var parameters: Parameters { context.parameters }

    /// The key that a single body has by its header, which may be quoted as structured header fields are.
    func idempotencyKey() throws -> String? {
        guard let text = request.headers[.idempotencyKey] else { return nil }
        let isQuoted = text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
        let key = isQuoted ? String(text.dropFirst().dropLast()) : text
        guard !key.isEmpty else { throw Problem.malformed("the header Idempotency-Key is empty") }
        return key
    }

    /// The id that the path names; what is no id names nothing.
    func id<ID: RowID>(of noun: String) throws -> ID {
        let text = parameters.get("id") ?? ""
        guard let id = ID(text) else { throw Problem.notFound("there is no \(noun) '\(text.prefix(40))'") }
        return id
    }

    /// The body as JSON, whose type has to be declared: a page of another site cannot do that without asking first.
    func json() async throws -> JSONValue {
        try JSONValue(parsing: try await jsonBody().readableBytesView)
    }

    /// The body, declared to be JSON but not yet looked at.
    func jsonBody() async throws -> ByteBuffer {
        try demandJSON()
        return try await body()
    }

    /// The body, whatever it is declared to be: for what a page of another site cannot send without asking first.
    func body() async throws -> ByteBuffer {
        let encoding = request.headers[.contentEncoding]?.lowercased() ?? "identity"
        guard encoding == "identity" else {
            throw Problem.unsupportedEncoding("the body is encoded as '\(encoding.prefix(40))'; send it as it is")
        }
        let announced = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard announced <= options.bodyLimit else { throw Problem.tooLarge(options.bodyLimit) }
        do {
            return try await request.body.collect(upTo: options.bodyLimit)
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge(options.bodyLimit)
        }
    }

    private func demandJSON() throws {
        let type = request.headers[.contentType] ?? ""
        guard MediaType.isJSON(type) else {
            let found = type.isEmpty ? "there is no Content-Type" : "the Content-Type is '\(type.prefix(100))'"
            throw Problem.unsupportedMediaType("\(found); send application/json in UTF-8")
        }
    }
}

extension HTTPField.Name {
    static let ensueAccount = HTTPField.Name.literal("Ensue-Account")
    static let host = HTTPField.Name.literal("Host")
    static let idempotencyKey = HTTPField.Name.literal("Idempotency-Key")
    static let secFetchSite = HTTPField.Name.literal("Sec-Fetch-Site")
    static let contentTypeOptions = HTTPField.Name.literal("X-Content-Type-Options")

    private static func literal(_ name: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name("\(name)") else { preconditionFailure("'\(name)' is not a header's name") }
        return name
    }
}
