internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// Puts a ``PaceHandler`` where it sees HTTP as it comes from the decoder. Hummingbird adds handlers of others behind
/// its own, which is too late for what cannot be decoded.
final class PaceInstaller: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Never

    private let doorkeeper: Doorkeeper

    init(doorkeeper: Doorkeeper) { self.doorkeeper = doorkeeper }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(PaceHandler(doorkeeper), position: .after(decoder))
        } catch {
            doorkeeper.logger.error("a connection cannot be watched over", metadata: ["error": "\(error)"])
            context.close(promise: nil)
        }
        pipeline.removeHandler(self, promise: nil)
    }
}
