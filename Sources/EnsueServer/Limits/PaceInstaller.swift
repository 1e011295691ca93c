internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// Puts a ``PaceHandler`` where it sees HTTP as it comes from the decoder. Hummingbird adds handlers of others behind
/// its own, which is too late for what cannot be decoded.
final class PaceInstaller: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Never

    private let limits: ServerLimits
    private let connections: Connections
    private let admission: Admission
    private let logger: Logger

    init(limits: ServerLimits, connections: Connections, admission: Admission, logger: Logger) {
        self.limits = limits
        self.connections = connections
        self.admission = admission
        self.logger = logger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            let handler = PaceHandler(limits: limits, connections: connections, admission: admission, logger: logger)
            try pipeline.addHandler(handler, position: .after(decoder))
        } catch {
            logger.error("a connection cannot be watched over", metadata: ["error": "\(error)"])
            context.close(promise: nil)
        }
        pipeline.removeHandler(self, promise: nil)
    }
}
