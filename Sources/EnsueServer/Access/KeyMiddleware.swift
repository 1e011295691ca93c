internal import HTTPTypes
internal import Hummingbird

/// Who asks.
enum Caller: Sendable {
    case anyone
    case holder(of: APIKey)
    /// The program itself.
    case program

    /// Whether the key is for one account alone.
    var isBound: Bool {
        guard case .holder(let key) = self else { return false }
        return key.account != nil
    }
}

/// Notes whose key a request shows. Refuses nobody: some paths ask for something else.
struct KeyRecognition: RouterMiddleware {
    typealias Context = CallContext

    let ring: KeyRing

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard case .anyone = context.caller, let key = ring.key(in: request.headers) else {
            return try await next(request, context)
        }
        var context = context
        context.caller = .holder(of: key)
        return try await next(request, context)
    }
}

/// Lets in nobody without a key.
struct KeyDemand: RouterMiddleware {
    typealias Context = CallContext

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        if case .anyone = context.caller { throw Problem.noKey(request.headers) }
        return try await next(request, context)
    }
}

extension Problem {
    static func noKey(_ fields: HTTPFields) -> Problem {
        guard fields[.authorization] == nil else {
            return .unauthorized("the key in the header Authorization is not one of this server's API keys")
        }
        return .unauthorized("this server asks for an API key; send the header 'Authorization: Bearer ensue_sk_…'")
    }
}
