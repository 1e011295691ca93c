internal import HTTPTypes
internal import Hummingbird

extension Parameter {
    static let account = Parameter.header(
        "Ensue-Account",
        "The account that the call speaks for. An API key that is bound to an account allows that one alone.",
        .name("1 to 200 of `A-Z a-z 0-9 _ . : / -`. Without it: `default`.", example: "default"))

    static let idempotencyKey = Parameter.header(
        "Idempotency-Key", "The key of a single body; the same as `key` in the body. It may be quoted.",
        .string("A key.", length: 1...500, example: "order-17"))
}

extension Answer.Header {
    static let location = Answer.Header(
        name: "Location", description: "Where it can be read.", schema: .string("A path.", format: "uri-reference"))
}

extension Answer.Header {
    fileprivate static let retryAfter = Answer.Header(
        name: "Retry-After", description: "In how many seconds to try again.",
        schema: .integer("Seconds.", in: 1...))

    fileprivate static let authenticate = Answer.Header(
        name: "WWW-Authenticate", description: "How to authenticate.",
        schema: .string("A challenge.", example: "Bearer"))
}

extension Answer {
    fileprivate func with(_ header: Header) -> Answer {
        var answer = self
        answer.headers.append(header)
        return answer
    }

    /// What every operation may answer that asks for an account.
    static let refused: [Answer] = [
        .problem(
            .badRequest, "malformed",
            because: "a query parameter, a header or the body's syntax is not as it has to be."),
        .problem(.uriTooLong, "target-too-long", because: "the path and query have too many bytes."),
        .problem(.unauthorized, "unauthorized", because: "the server demands an API key, and none it knows was sent.")
            .with(.authenticate),
        .problem(
            .forbidden, "forbidden",
            because: "the key is for another account, or a page of another site tried to use the server."),
    ]

    /// What every operation may answer that reads a body.
    static let bodyRefused: [Answer] = [
        .problem(
            .contentTooLarge, "too-large", because: "the body has too many bytes, or the array too many elements."),
        .problem(.requestTimeout, "too-slow", because: "the body did not arrive in time."),
        .problem(
            .unsupportedMediaType, "unsupported-media-type",
            because: "the body is not declared to be JSON, or is encoded."),
    ]

    /// What every operation may answer.
    static let failed: [Answer] = [
        .problem(.internalServerError, "internal", because: "an error on our side, which the server's log names."),
        .problem(
            .serviceUnavailable, "unavailable",
            because: "the store or the server cannot do this now; `Retry-After` says in how many seconds to try again."
        )
        .with(.retryAfter),
    ]

    static func notFound(_ noun: String) -> Answer {
        .problem(.notFound, "not-found", because: "the account has no such \(noun).")
    }

    static let invalid = Answer.problem(
        .unprocessableContent, "invalid", because: "the body is JSON, but not what it has to be; `detail` says why.")
}

extension Operation {
    /// All answers, those in common included, by status. An operation's own description of a status wins.
    var allAnswers: [Answer] {
        var all = answers
        if access != .open { all += Answer.refused.filter { takesKeys || $0.status != .unauthorized } }
        if body != nil { all += Answer.bodyRefused }
        all += Answer.failed
        var seen: Set<Int> = []
        return all.filter { seen.insert($0.status.code).inserted }.sorted { $0.status.code < $1.status.code }
    }

    var allParameters: [Parameter] { access == .key ? parameters + [.account] : parameters }
}
