/// How much a server takes on at a time, and how long it waits for others. What exceeds it is refused, early and with a
/// reason, so that memory stays bounded and what was taken on is still answered soon.
public struct ServerLimits: Sendable {
    /// How many connections may be open. One more takes the place of one that has kept the server waiting for long. The
    /// system's limit of open files can make it fewer.
    public var connections = 8192
    /// How many requests may be in progress, beside those that wait for an outcome; more are answered 503.
    public var requests = 1024
    /// How many requests with `?wait=` may be in progress; more are answered 503.
    public var waitingRequests = 4096
    /// How many bytes all bodies in progress may have together, as they arrive; more are answered 503.
    public var bodyBytes = 32 << 20
    /// How many bytes the path and query of a request may have.
    public var targetBytes = 8192
    /// How many parameters a query may have.
    public var queryParameters = 256
    /// How many header fields a request may have.
    public var headerFields = 100
    /// How many bytes one header field may have.
    public var headerFieldBytes = 16 << 10
    /// How many bytes all header fields may have together.
    public var headerBytes = 32 << 10
    /// How long the head of a request may take to arrive once its first byte is there.
    public var headTime: Duration = .seconds(20)
    /// How long its body may take.
    public var bodyTime: Duration = .seconds(30)
    /// How long a connection may be open without a request.
    public var idleTime: Duration = .seconds(75)
    /// How long a client may take nothing of what it is sent.
    public var unreadTime: Duration = .seconds(30)

    public init() {}
}
