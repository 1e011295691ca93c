internal import Ensue
internal import Hummingbird

/// `GET /openapi.json`: the description of this API.
struct ReadOpenAPI: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/openapi.json"
    static let operation = Operation(
        id: "readOpenAPI", tag: .server, summary: "Read this description",
        description: "The API in OpenAPI 3.1, made from the routes that the server has.", access: .open,
        takesAnyQuery: true, answers: [.json(.ok, "This document.", .object("An OpenAPI document.", [], others: .any))])

    private let document: JSONText

    /// Describes `endpoints` and itself.
    init(of endpoints: [any Endpoint]) {
        document = OpenAPIDocument(endpoints: endpoints.map { type(of: $0) } + [Self.self]).json
    }

    func read(_ call: Call) {}

    func execute(_ input: Void) -> Reply { Reply(.ok, document) }
}
