/// What is done with effects whose worker died while it had them.
public enum WorkerLoss: String, Sendable, Hashable, Codable {
    /// Run them again: handled at least once.
    case retry
    /// Make them `uncertain` and let a person decide: never repeated blindly.
    case hold
}

/// How the effects of one kind are run.
public struct HandlerPolicy: Sendable, Hashable, Codable {
    /// How many attempts may fail before the effect is `failed`.
    public var attempts: Int
    public var backoff: Backoff
    /// How long one run may take; its task is then cancelled and the attempt is spent. Nil: as long as it likes.
    public var timeout: Duration?
    public var onWorkerLoss: WorkerLoss
    /// Whether every effect of the kind is held until a person approves it.
    public var needsApproval: Bool
    /// How many runs of the kind one process has going at once.
    public var concurrency: Int

    public init(
        attempts: Int = 10, backoff: Backoff = .exponential(), timeout: Duration? = nil,
        onWorkerLoss: WorkerLoss = .retry, needsApproval: Bool = false, concurrency: Int = 64
    ) {
        self.attempts = max(attempts, 1)
        self.backoff = backoff
        self.timeout = timeout
        self.onWorkerLoss = onWorkerLoss
        self.needsApproval = needsApproval
        self.concurrency = max(concurrency, 1)
    }

    /// Ten attempts over about nine minutes, the delay doubling from one second; no timeout.
    public static let standard = HandlerPolicy()

    public static func retrying(
        attempts: Int, backoff: Backoff = .exponential(), timeout: Duration? = nil
    ) -> HandlerPolicy { HandlerPolicy(attempts: attempts, backoff: backoff, timeout: timeout) }

    /// One attempt; if its worker dies, a person decides.
    public static let atMostOnce = HandlerPolicy(attempts: 1, onWorkerLoss: .hold)
}
