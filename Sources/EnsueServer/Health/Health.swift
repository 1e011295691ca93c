internal import Ensue
internal import Hummingbird

/// `GET /healthz`: the process lives.
struct Liveness: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/healthz"

    func read(_ call: Call) {}

    func execute(_ input: Void) -> Reply { Reply(.ok, status("alive")) }
}

/// `GET /readyz`: the store answers; 503 while it does not.
struct Readiness: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/readyz"

    let lookout: Lookout

    func read(_ call: Call) {}

    func execute(_ input: Void) async throws -> Reply {
        do { try await lookout.look() } catch let error as StoreError {
            var problem = Problem.unavailable(
                "the store does not answer as it should", retryAfter: error.isTransient ? 2 : 10)
            problem.cause = error
            throw problem
        }
        return Reply(.ok, status("ready"))
    }
}

private func status(_ text: String) -> JSONMembers {
    var members = JSONMembers()
    members.add("status", text: text)
    return members
}
