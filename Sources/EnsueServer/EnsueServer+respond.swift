internal import Ensue
public import HTTPTypes
internal import Hummingbird
internal import Logging
public import NIOCore
internal import Synchronization

extension EnsueServer {
    /// Answers a request within the process, as the server would over HTTP, without a connection.
    ///
    /// Whoever can call this can open the store as well: the guards against browsers do not apply to it, and no API key
    /// is asked for. It works whether or not the server listens. Errors are problem documents.
    public func respond(
        to request: HTTPRequest, body: ByteBuffer
    ) async -> (response: HTTPResponse, body: ByteBuffer) {
        let context = CallContext(inProcess: logger.labelled(RequestID()))
        let request = Request(head: request, body: RequestBody(buffer: body))
        do {
            return try await responder.respond(to: request, context: context).collected()
        } catch {
            return failed(error, context)
        }
    }

    /// A body that could not be written: every other error is a response already.
    private func failed(_ error: any Error, _ context: CallContext) -> (HTTPResponse, ByteBuffer) {
        logger.error("a request failed", metadata: ["error": "\(error)", "hb.request.id": "\(context.id)"])
        let problem = Problem(error) ?? .internalError(request: context.id)
        return (problem.response.head, ByteBuffer(string: problem.document.text + "\n"))
    }
}

extension Response {
    fileprivate func collected() async throws -> (response: HTTPResponse, body: ByteBuffer) {
        let collector = Collector()
        try await body.write(CollectingWriter(collector: collector))
        return (head, collector.buffer.withLock { $0 })
    }
}

private final class Collector: Sendable {
    let buffer = Mutex(ByteBuffer())
}

private struct CollectingWriter: ResponseBodyWriter {
    let collector: Collector

    mutating func write(_ buffer: ByteBuffer) async throws {
        collector.buffer.withLock { _ = $0.writeImmutableBuffer(buffer) }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

extension Logger {
    /// With the id under which the log knows the request.
    fileprivate func labelled(_ id: RequestID) -> Logger {
        var logger = self
        logger[metadataKey: "hb.request.id"] = .stringConvertible(id)
        return logger
    }
}
