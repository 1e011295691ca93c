internal import Ensue
internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1

extension PaceHandler {
    /// Answers and closes. The client has a moment to read it: closing at once what it has sent more to would take the
    /// answer from it.
    func refuse(_ problem: Problem, _ method: HTTPMethod, _ context: ChannelHandlerContext) {
        isDismissed = true
        var problem = problem
        problem.headers[.connection] = "close"
        context.write(problem, to: method)
        context.close(mode: .output, promise: nil)
        closeSoon(context)
    }

    /// Closes after an answer that the client said is the last, however long it takes to read it.
    func closeOnceRead(_ context: ChannelHandlerContext) {
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { _ in self.closeSoon(context) }
        context.flush()
        context.close(mode: .output, promise: promise)
    }

    private func closeSoon(_ context: ChannelHandlerContext) {
        context.eventLoop.assumeIsolated().scheduleTask(in: pace.patience.rest) { context.close(promise: nil) }
    }
}

extension ChannelHandlerContext {
    /// Writes a problem as the whole answer to a request.
    func write(_ problem: Problem, to method: HTTPMethod) {
        let body = ByteBuffer(string: problem.document.text + "\n")
        var head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: problem.status.code),
            headers: ["Content-Type": "application/problem+json", "Content-Length": "\(body.readableBytes)"])
        for field in problem.headers { head.headers.add(name: field.name.rawName, value: field.value) }
        write(PaceHandler.wrapOutboundOut(.head(head)), promise: nil)
        if method != .HEAD { write(PaceHandler.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        writeAndFlush(PaceHandler.wrapOutboundOut(.end(nil)), promise: nil)
    }
}
