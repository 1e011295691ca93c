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
    private let admission: Admission
    private let logger: Logger
    private var context: ChannelHandlerContext?
    private var timer: (due: NIODeadline, scheduled: Scheduled<Void>)?
    private var hasReceivedPart = false
    private var isCountedBusy = false
    /// While a request arrives that is turned away.
    private var isTurningAway = false
    /// After this nothing is read any more.
    private(set) var isDismissed = false
    private(set) var pace: RequestPace
    /// Where ``Connections`` has it.
    var place = 0
    private var unreadBytes = 0

    init(limits: ServerLimits, connections: Connections, admission: Admission, logger: Logger) {
        pace = RequestPace(patience: RequestPace.Patience(limits), now: .now())
        self.connections = connections
        self.admission = admission
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
        if isCountedBusy { admission.countBusy(-1) }
        isCountedBusy = false
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDismissed else { return }
        hasReceivedPart = true
        let part = unwrapInboundIn(data)
        switch part {
        case .head(let head):
            pace.receivedHead(.now())
            isTurningAway = pace.unanswered == 1 && admission.isFull && !Self.isLight(head)
        case .body: break
        case .end: pace.receivedEnd()
        }
        guard !isTurningAway else { return turnAway(part, context) }
        countBusy()
        context.fireChannelRead(data)
    }

    /// Refused here, a request costs next to nothing, and those that were taken on are answered the sooner.
    private func turnAway(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        guard case .end = part else { return }
        isTurningAway = false
        admission.noteRefusal(logger)
        answer(.overload, context)
        pace.answered(.now())
    }

    /// What is no load: the paths by which the server is watched, and requests that wait, which are counted apart.
    private static func isLight(_ head: HTTPRequestHead) -> Bool {
        head.uri == "/healthz" || head.uri == "/readyz" || head.uri.contains("wait=")
    }

    private func countBusy() {
        let isBusy = pace.wait == nil
        guard isBusy != isCountedBusy else { return }
        isCountedBusy = isBusy
        admission.countBusy(isBusy ? 1 : -1)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !hasReceivedPart { pace.receivedPiece(.now()) }
        hasReceivedPart = false
        watch()
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            pace.answered(.now())
            countBusy()
        }
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
        var problem = problem
        problem.headers[.connection] = "close"
        answer(problem, context)
        context.eventLoop.assumeIsolated().scheduleTask(in: pace.patience.rest) { context.close(promise: nil) }
    }

    private func answer(_ problem: Problem, _ context: ChannelHandlerContext) {
        let body = ByteBuffer(string: problem.document.text + "\n")
        var head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: problem.status.code),
            headers: ["Content-Type": "application/problem+json", "Content-Length": "\(body.readableBytes)"])
        for field in problem.headers { head.headers.add(name: field.name.rawName, value: field.value) }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}

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

    fileprivate static func unreadable(_ error: HTTPParserError) -> Problem {
        guard error != .headerOverflow else {
            return Problem(
                .requestHeaderFieldsTooLarge, "header-too-large", "The request's header is too large",
                "the URL or the header fields are too many or too long")
        }
        return .malformed("this is not HTTP/1.1: \(error)")
    }
}
