public import Hummingbird
internal import Logging
internal import NIOCore

/// What belongs to one request: where it came from, besides what the router keeps.
public struct CallContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    var caller: Caller
    /// The connection; nil within the process.
    let channel: (any Channel)?

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
        caller = .anyone
    }

    /// A call from within this process, which nobody else can make.
    init(inProcess logger: Logger) {
        coreContext = CoreRequestContextStorage(source: InProcessSource(logger: logger))
        channel = nil
        caller = .program
    }

    /// Whether the program itself asks. Whoever can do that needs no guarding against.
    var isInProcess: Bool {
        guard case .program = caller else { return false }
        return true
    }

    /// The address that the connection comes from, without its port; nil within the process.
    var clientAddress: String? { channel?.remoteAddress?.ipAddress }
}

private struct InProcessSource: RequestContextSource {
    let logger: Logger
}
