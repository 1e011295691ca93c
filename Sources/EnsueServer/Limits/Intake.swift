internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Takes a request in: receives its body, and lets it go on once the server has room for it.
///
/// A request counts as work from the moment its body is there, so that slow senders keep nobody else out.
struct Intake: RouterMiddleware {
    typealias Context = CallContext

    let admission: Admission
    let bodyLimit: Int

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard !context.isInProcess else { return try await next(request, context) }
        guard Self.hasBody(request) else { return try await admitted(request, context, next) }
        var held = 0
        defer { admission.release(held) }
        var request = request
        request.body = RequestBody(buffer: try await receive(request, context, &held))
        return try await admitted(request, context, next)
    }

    private func admitted(
        _ request: Request, _ context: Context, _ next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let line: AdmissionState.Line =
            WaitingRequest.isOne(request.method.rawValue, request.uri.string) ? .wait : .work
        try admission.enter(line, context.logger)
        defer { admission.leave(line) }
        return try await next(request, context)
    }

    /// Counts in `held` what has to be released.
    private func receive(_ request: Request, _ context: Context, _ held: inout Int) async throws -> ByteBuffer {
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        guard announced ?? 0 <= bodyLimit else { throw Problem.tooLarge(bodyLimit) }
        var body = ByteBuffer()
        for try await part in request.body {
            let count = part.readableBytes
            guard held + count <= bodyLimit else { throw Problem.tooLarge(bodyLimit) }
            try admission.take(count, context.logger)
            held += count
            body.setOrWriteImmutableBuffer(part)
        }
        guard announced == nil || announced == held else {
            throw Problem.malformed("the body ended after \(held) bytes; its Content-Length says \(announced ?? 0)")
        }
        return body
    }

    private static func hasBody(_ request: Request) -> Bool {
        guard let length = request.headers[.contentLength] else { return request.headers[.transferEncoding] != nil }
        return length != "0"
    }
}

extension ByteBuffer {
    /// Shares the memory of the first part, which is the only one of most bodies.
    fileprivate mutating func setOrWriteImmutableBuffer(_ part: ByteBuffer) {
        guard readableBytes > 0 else {
            self = part
            return
        }
        writeImmutableBuffer(part)
    }
}
