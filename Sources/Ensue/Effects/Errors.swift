/// Thrown by a handler to fail an effect for good: it is not retried.
public struct Rejection: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
    public init(_ reason: String) { description = reason }
}

/// Thrown by a handler whose peer said when to come back. Spends an attempt like any failure; the next run starts
/// after `delay`, or after the policy's own delay where that is longer.
public struct RetryLater: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
    public let delay: Duration

    public init(_ reason: String, after delay: Duration) {
        description = reason
        self.delay = delay
    }
}
