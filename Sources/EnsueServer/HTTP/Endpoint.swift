internal import Hummingbird

/// One thing that the API can be asked to do: where, what it reads of a call, and what it does with it.
protocol Endpoint: Sendable {
    associatedtype Input: Sendable
    static var method: HTTPRequest.Method { get }
    static var pattern: RouterPath { get }
    /// What `/openapi.json` says of it. Query parameters that it does not name are refused.
    static var operation: Operation { get }

    func read(_ call: Call) async throws -> Input
    func execute(_ input: Input) async throws -> Reply
}

extension Endpoint {
    fileprivate func respond(to call: Call) async throws -> Response {
        try await execute(try await read(call)).response
    }
}

/// Puts endpoints on a router; a known path with another method is answered 405.
struct Routes {
    let router: Router<CallContext>
    let options: ServerOptions

    private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"]
        .compactMap { HTTPRequest.Method(rawValue: $0) }

    func add(_ endpoints: [any Endpoint]) {
        for endpoint in endpoints { add(endpoint) }
        let paths = Dictionary(grouping: endpoints) { "\(type(of: $0).pattern)" }
        for endpoints in paths.values {
            let allowed = endpoints.map { type(of: $0).method }
            guard let pattern = endpoints.first.map({ type(of: $0).pattern }) else { continue }
            for method in Self.methods where !allowed.contains(method) {
                router.on(pattern, method: method) { _, _ -> Response in
                    throw Problem.methodNotAllowed(method, allowed: allowed)
                }
            }
        }
    }

    private func add<E: Endpoint>(_ endpoint: E) {
        let options = options
        let queryNames = E.operation.queryNames
        router.on(E.pattern, method: E.method) { request, context in
            let query = try Query(request.uri.query)
            if let queryNames { try query.demand(only: queryNames) }
            return try await endpoint.respond(
                to: Call(request: request, context: context, query: query, options: options))
        }
    }
}
