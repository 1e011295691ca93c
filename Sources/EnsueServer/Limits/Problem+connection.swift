internal import HTTPTypes
internal import NIOHTTP1

/// The body of a request did not arrive in time.
struct SlowBody: Error {}

extension Problem {
    static var overload: Problem {
        .unavailable("the server has as much to do as it can; try again in a moment", retryAfter: 1)
    }

    static var tooSlow: Problem {
        var problem = Problem(
            .requestTimeout, "too-slow", "The request took too long to arrive",
            "the request did not arrive in time; send it again")
        problem.headers[.connection] = "close"
        return problem
    }

    static func unreadable(_ error: HTTPParserError) -> Problem {
        guard error != .headerOverflow else {
            return Problem(
                .requestHeaderFieldsTooLarge, "header-too-large", "The request's header is too large",
                "the URL or the header fields are too many or too long")
        }
        return .malformed("this is not HTTP/1.1: \(error)")
    }
}
