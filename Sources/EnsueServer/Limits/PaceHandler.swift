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

    let doorkeeper: Doorkeeper
    private(set) var context: ChannelHandlerContext?
    var timer: (due: NIODeadline, scheduled: Scheduled<Void>)?
    private var hasReceivedPart = false
    private var isCountedBusy = false
    /// The head of the request that arrives, if it is turned away.
    private(set) var turnedAway: HTTPRequestHead?
    /// Whether the sender of the request whose turn has not come yet waits for 100.
    private var owesContinue = false
    /// Whether the client said that nothing comes after the latest request.
    private var isLast = false
    /// Whether nothing is read any more because that one is there.
    private var hasLast = false
    /// After this nothing is read any more.
    var isDismissed = false
    var pace: RequestPace
    /// Where ``Connections`` has it.
    var place = 0
    var unreadBytes = 0

    init(_ doorkeeper: Doorkeeper) {
        pace = RequestPace(patience: RequestPace.Patience(doorkeeper.limits), now: .now())
        self.doorkeeper = doorkeeper
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        doorkeeper.departures.forget(context.channel)
        doorkeeper.connections.add(self, on: context.eventLoop)
        watch()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.scheduled.cancel()
        doorkeeper.connections.remove(self, on: context.eventLoop)
        if pace.unanswered > 0 {
            doorkeeper.departures.note(context.channel)
        } else {
            doorkeeper.departures.forget(context.channel)
        }
        if isCountedBusy { doorkeeper.admission.countBusy(-1) }
        isCountedBusy = false
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDismissed, !hasLast else { return }
        hasReceivedPart = true
        let part = unwrapInboundIn(data)
        switch part {
        case .head(let head): guard begin(head, context) else { return }
        case .body: break
        case .end:
            pace.receivedEnd()
            hasLast = isLast
        }
        guard turnedAway == nil else { return turnAway(part, context) }
        countBusy()
        context.fireChannelRead(data)
    }

    /// False if the request has been answered already.
    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) -> Bool {
        pace.receivedHead(.now())
        isLast = !head.isKeepAlive
        guard pace.unanswered == 1 else {
            owesContinue = head.expectsContinue
            return true
        }
        guard head.expectsContinue else {
            turnedAway = doorkeeper.turnsAway(head) ? head : nil
            return true
        }
        guard let problem = doorkeeper.problem(expecting: head) else {
            writeContinue(context)
            return true
        }
        // Whether the body comes nevertheless nobody knows.
        if problem.status == .serviceUnavailable { doorkeeper.admission.noteRefusal(doorkeeper.logger) }
        refuse(problem, head.method, context)
        return false
    }

    /// Refused here, a request costs next to nothing, and those that were taken on are answered the sooner.
    private func turnAway(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        guard case .end = part, let head = turnedAway else { return }
        turnedAway = nil
        doorkeeper.admission.noteRefusal(doorkeeper.logger)
        guard head.isKeepAlive else { return refuse(.overload, head.method, context) }
        context.write(.overload, to: head.method)
        pace.answered(.now())
    }

    private func writeContinue(_ context: ChannelHandlerContext) {
        owesContinue = false
        context.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
    }

    private func countBusy() {
        let isBusy = pace.wait == nil
        guard isBusy != isCountedBusy else { return }
        isCountedBusy = isBusy
        doorkeeper.admission.countBusy(isBusy ? 1 : -1)
    }

    /// The client's side is closed: it may be gone altogether.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            doorkeeper.departures.note(context.channel)
            if isDismissed || (hasLast && pace.unanswered == 0) { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !hasReceivedPart { pace.receivedPiece(.now()) }
        hasReceivedPart = false
        watch()
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where isLast && pace.unanswered == 1 && head.status.code >= 200:
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            pace.answered(.now())
            countBusy()
            context.write(data, promise: promise)
            if owesContinue, pace.unanswered == 1 { writeContinue(context) }
            if isLast, pace.unanswered == 0 { closeOnceRead(context) }
        default: context.write(data, promise: promise)
        }
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
        guard let error = error as? HTTPParserError, pace.unanswered == 0 || turnedAway != nil else {
            context.fireErrorCaught(error)
            return
        }
        refuse(.unreadable(error), turnedAway?.method ?? .GET, context)
    }

    /// Closes the connection, whatever it is at.
    func dismiss() {
        guard let context, !isDismissed else { return }
        isDismissed = true
        context.close(promise: nil)
    }
}
