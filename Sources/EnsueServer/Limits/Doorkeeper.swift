internal import Ensue
internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// What the connections of a server share: what it lets in, and whom it has let in.
struct Doorkeeper: Sendable {
    let limits: ServerLimits
    let bodyLimit: Int
    let connections: Connections
    let admission: Admission
    let departures: Departures
    let logger: Logger

    /// Whether a request is turned away before its body is there: only its head is looked at.
    func turnsAway(_ head: HTTPRequestHead) -> Bool { admission.isFull && !Self.isLight(head) }

    /// The problem with a request whose sender waits for a word before it sends the body.
    func problem(expecting head: HTTPRequestHead) -> Problem? {
        if turnsAway(head) { return .overload }
        let length = head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
        return length > bodyLimit ? .tooLarge(bodyLimit) : nil
    }

    /// What is no load: the paths by which the server is watched, and requests that wait, which are counted apart.
    private static func isLight(_ head: HTTPRequestHead) -> Bool {
        head.uri == "/healthz" || head.uri == "/readyz" || WaitingRequest.isOne(head.method.rawValue, head.uri)
    }
}

extension HTTPRequestHead {
    /// RFC 9110, section 10.1.1: the sender waits for 100 before it sends the body. HTTP/1.0 knows nothing of it.
    var expectsContinue: Bool {
        version.major == 1 && version.minor >= 1 && headers["Expect"].contains { $0.lowercased() == "100-continue" }
    }
}
