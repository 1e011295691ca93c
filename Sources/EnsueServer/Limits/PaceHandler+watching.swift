internal import Ensue
internal import Logging
internal import NIOCore
internal import NIOHTTP1

extension PaceHandler {
    /// Sees to it that a timer runs if the connection is waited for.
    func watch() {
        guard let context, !isDismissed, let deadline = pace.deadline, timer.map({ $0.due > deadline }) ?? true else {
            return
        }
        timer?.scheduled.cancel()
        let scheduled = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.timer = nil
            self.lookAgain()
        }
        timer = (deadline, scheduled)
    }

    private func lookAgain() {
        guard let context, !isDismissed, let wait = pace.wait, let deadline = pace.deadline else { return }
        guard deadline <= .now() else { return watch() }
        doorkeeper.logger.debug("a connection was waited for in vain", metadata: ["for": "\(wait)"])
        switch wait {
        case .head: refuse(.tooSlow, .GET, context)
        // Nobody behind this handler knows of the request.
        case .body where turnedAway != nil: refuse(.tooSlow, turnedAway?.method ?? .GET, context)
        case .body: context.fireErrorCaught(SlowBody())
        case .reading where takesSomething(context): watch()
        case .request, .rest, .reading: context.close(promise: nil)
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

    static func bytesToWrite(_ context: ChannelHandlerContext) -> Int {
        do { return try context.channel.syncOptions?.getOption(.bufferedWritableBytes) ?? 0 } catch { return 0 }
    }
}
