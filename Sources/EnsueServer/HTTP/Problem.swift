internal import Ensue
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// An error as the sender sees it: a problem document of RFC 9457, whose type is `urn:ensue:problem:<name>`.
struct Problem: Error, Sendable {
    let status: HTTPResponse.Status
    let name: String
    let title: String
    let detail: String
    /// What a program can read besides.
    var members = JSONMembers()
    var headers: HTTPFields = [:]
    /// What a handler threw when it was asked, for the log.
    var cause: (any Error)?

    init(_ status: HTTPResponse.Status, _ name: String, _ title: String, _ detail: String) {
        self.status = status
        self.name = name
        self.title = title
        self.detail = detail
    }

    var response: Response {
        var headers = headers
        headers[.contentType] = "application/problem+json"
        return Response(
            status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: document.text + "\n")))
    }

    var document: JSONText {
        var all = JSONMembers()
        all.add("type", text: "urn:ensue:problem:\(name)")
        all.add("title", text: title)
        all.add("status", status.code)
        all.add("detail", text: detail)
        all.add(members)
        return all.object
    }
}

extension Problem {
    static func malformed(_ detail: String) -> Problem {
        Problem(.badRequest, "malformed", "The request is malformed", detail)
    }

    static func unauthorized(_ detail: String) -> Problem {
        var problem = Problem(.unauthorized, "unauthorized", "The sender is not known", detail)
        problem.headers[.wwwAuthenticate] = "Bearer"
        return problem
    }

    static func forbidden(_ detail: String) -> Problem {
        Problem(.forbidden, "forbidden", "The sender may not do this", detail)
    }

    static func notFound(_ detail: String) -> Problem {
        Problem(.notFound, "not-found", "There is nothing here", detail)
    }

    static func methodNotAllowed(_ method: HTTPRequest.Method, allowed: [HTTPRequest.Method]) -> Problem {
        let list = allowed.map(\.rawValue).sorted().joined(separator: ", ")
        var problem = Problem(
            .methodNotAllowed, "method-not-allowed", "The method is not allowed here",
            "\(method.rawValue) is not possible here; what is: \(list)")
        problem.headers[.allow] = list
        return problem
    }

    static func tooLarge(_ limit: Int) -> Problem {
        Problem(
            .contentTooLarge, "too-large", "The request is too large", "the body has more than \(limit) bytes")
    }

    static func batchTooLarge(_ count: Int, limit: Int) -> Problem {
        Problem(
            .contentTooLarge, "too-large", "The request is too large",
            "the array has \(count) elements; at most \(limit) go into one transaction")
    }

    static func unsupportedMediaType(_ detail: String) -> Problem {
        Problem(.unsupportedMediaType, "unsupported-media-type", "The body is not declared to be JSON", detail)
    }

    static func unsupportedEncoding(_ detail: String) -> Problem {
        Problem(.unsupportedMediaType, "unsupported-media-type", "The body is encoded", detail)
    }

    static func invalid(_ detail: String) -> Problem {
        Problem(.unprocessableContent, "invalid", "The request is not valid", detail)
    }

    static func unknownKind(_ error: UnknownKind) -> Problem {
        var problem = Problem(
            .unprocessableContent, "unknown-kind", "No worker handles this kind of effect", error.description)
        problem.members.add("kind", text: error.kind)
        problem.members.add("near", JSONValue.array(error.near.map { .string($0.rawValue) }))
        return problem
    }

    static func wrongState(_ refusal: Refusal) -> Problem {
        var problem = Problem(
            .conflict, "wrong-state", "The effect's state does not allow this", refusal.description)
        problem.members.add("state", text: refusal.state.name)
        if case .ended(let outcome) = refusal.state { problem.members.add("outcome", outcome.members) }
        return problem
    }

    /// `seconds` is when to try again.
    static func unavailable(_ detail: String, retryAfter seconds: Int) -> Problem {
        var problem = Problem(.serviceUnavailable, "unavailable", "The server cannot do this now", detail)
        problem.headers[.retryAfter] = String(max(seconds, 1))
        return problem
    }

    /// Says nothing of what went wrong: that is in the log, under the same id.
    static func internalError(request id: String) -> Problem {
        var problem = Problem(
            .internalServerError, "internal", "The server failed",
            "an error on our side; the server's log names it with this request's id")
        problem.members.add("request", text: id)
        return problem
    }
}
