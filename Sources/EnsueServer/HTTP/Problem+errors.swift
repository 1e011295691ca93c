internal import Ensue
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

extension Problem {
    /// The problem that an error is to the sender; nil for those that say nothing to anybody outside.
    init?(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as JSONSyntaxError: self = .syntax(error)
        case let error as Invalid: self = .invalid(error.description)
        case let error as MalformedName: self = .invalid(error.description)
        case let error as UnknownKind: self = .unknownKind(error)
        case let error as UnknownType: self = error.problem
        case let error as Refusal: self = .wrongState(error)
        case let error as StoreError where error.reason == .full:
            self = .unavailable("the store's disk is full; nothing was stored", retryAfter: 30)
        case let error as StoreError where error.isTransient:
            self = .unavailable(
                "the store cannot be written now; try again, with the same key if it must not happen twice",
                retryAfter: 2)
        case is Overload: self = .overload
        case is SlowBody: self = .tooSlow
        case is CancellationError: self = .unavailable("the server is stopping", retryAfter: 5)
        case let error as HTTPError: self = .transport(error)
        default: return nil
        }
    }

    /// The problem that an error is which came of asking a handler whether it accepts a request. What the handler threw
    /// is for the sender, since refusals may be errors of any type; but a connection that broke says nothing against
    /// the request.
    static func refusing(_ error: any Error) throws -> Problem {
        if let problem = Problem(error) { return problem }
        switch error {
        case is StoreError: throw error
        case let later as RetryLater:
            return .unavailable(
                later.description, retryAfter: Int(later.delay.seconds.rounded(.up).clamped(to: 1...86_400)))
        case is IOError, is ChannelError:
            var problem = Problem.unavailable("what the handler needs for its check is out of reach", retryAfter: 5)
            problem.cause = error
            return problem
        default:
            var problem = Problem.invalid(explain(error))
            problem.cause = error
            return problem
        }
    }

    private static func syntax(_ error: JSONSyntaxError) -> Problem {
        var problem = Problem.malformed("the body is not JSON: \(error)")
        problem.members.add("line", error.line)
        problem.members.add("column", error.column)
        return problem
    }

    /// What the framework itself refuses: unknown paths above all.
    private static func transport(_ error: HTTPError) -> Problem {
        if error.status == .notFound { return .notFound("there is no such path") }
        if error.status == .contentTooLarge {
            return Problem(
                .contentTooLarge, "too-large", "The request is too large", error.body ?? "the body is too large")
        }
        return Problem(
            error.status, "http", error.status.reasonPhrase, error.body ?? error.status.reasonPhrase.lowercased())
    }
}

extension Double {
    fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
        isNaN ? range.lowerBound : Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
