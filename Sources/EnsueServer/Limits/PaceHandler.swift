internal import Ensue
internal import HTTPTypes
internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// Keeps one connection from making the server wait for ever, and says to the sender why it was given up.
///
/// A timer runs only while the connection is waited for; it looks at the pace when it fires, so that a request costs
/// none.
final class PaceHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let connections: Connections
    private let logger: Logger
    private var context: ChannelHandlerContext?
    private var timer: (due: NIODeadline, scheduled: Scheduled<Void>)?
    private var hasReceivedPart = false
    /// After this nothing is read any more.
    private(set) var isDismissed = false
    private(set) var pace: RequestPace
    /// Where ``Connections`` has it.
    var place = 0
    private var unreadBytes = 0

    init(limits: ServerLimits, connections: Connections, logger: Logger) {
        pace = RequestPace(patience: RequestPace.Patience(limits), now: .now())
        self.connections = connections
        self.logger = logger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connections.add(self, on: context.eventLoop)
        watch()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.scheduled.cancel()
        connections.remove(self, on: context.eventLoop)
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDismissed else { return }
        hasReceivedPart = true
        switch unwrapInboundIn(data) {
        case .head: pace.receivedHead(.now())
        case .body: break
        case .end: pace.receivedEnd()
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !hasReceivedPart { pace.receivedPiece(.now()) }
        hasReceivedPart = false
        watch()
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { pace.answered(.now()) }
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        watch()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        pace.setUnread(!context.channel.isWritable, .now())
        unreadBytes = Self.bytesToWrite(context)
        watch()
        context.fireChannelWritabilityChanged()
    }

    /// Heads that cannot be read are answered here, as long as no other answer is due before.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isDismissed else { return }
        guard let error = error as? HTTPParserError, pace.unanswered == 0 else {
            context.fireErrorCaught(error)
            return
        }
        refuse(.unreadable(error), context)
    }

    /// Closes the connection, whatever it is at.
    func dismiss() {
        guard let context, !isDismissed else { return }
        isDismissed = true
        context.close(promise: nil)
    }

    private func watch() {
        guard let context, let deadline = pace.deadline, timer.map({ $0.due > deadline }) ?? true else { return }
        timer?.scheduled.cancel()
        let scheduled = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.timer = nil
            self.lookAgain()
        }
        timer = (deadline, scheduled)
    }

    private func lookAgain() {
        guard let context, let wait = pace.wait, let deadline = pace.deadline else { return }
        guard deadline <= .now() else { return watch() }
        logger.debug("a connection was waited for in vain", metadata: ["for": "\(wait)"])
        switch wait {
        case .head where !isDismissed: refuse(.tooSlow, context)
        case .body: context.fireErrorCaught(SlowBody())
        case .reading where takesSomething(context): watch()
        case .request, .rest, .head, .reading: context.close(promise: nil)
        }
    }

    /// A large answer to a slow reader is no fault as long as it goes on.
    private func takesSomething(_ context: ChannelHandlerContext) -> Bool {
        let before = unreadBytes
        unreadBytes = Self.bytesToWrite(context)
        guard unreadBytes < before else { return false }
        pace.setUnread(true, .now())
        return true
    }

    private static func bytesToWrite(_ context: ChannelHandlerContext) -> Int {
        do { return try context.channel.syncOptions?.getOption(.bufferedWritableBytes) ?? 0 } catch { return 0 }
    }

    /// Answers and closes. The client has a moment to read it: closing at once what it has sent more to would take the
    /// answer from it.
    private func refuse(_ problem: Problem, _ context: ChannelHandlerContext) {
        isDismissed = true
        let body = ByteBuffer(string: problem.document.text + "\n")
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: problem.status.code),
            headers: [
                "Content-Type": "application/problem+json", "Content-Length": "\(body.readableBytes)",
                "Connection": "close",
            ])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: pace.patience.rest) { context.close(promise: nil) }
    }
}

/// The body of a request did not arrive in time.
struct SlowBody: Error {}

extension Problem {
    static var tooSlow: Problem {
        var problem = Problem(
            .requestTimeout, "too-slow", "The request took too long to arrive",
            "the request did not arrive in time; send it again")
        problem.headers[.connection] = "close"
        return problem
    }

    fileprivate static func unreadable(_ error: HTTPParserError) -> Problem {
        guard error != .headerOverflow else {
            return Problem(
                .requestHeaderFieldsTooLarge, "header-too-large", "The request's header is too large",
                "the URL or the header fields are too many or too long")
        }
        return .malformed("this is not HTTP/1.1: \(error)")
    }
}
