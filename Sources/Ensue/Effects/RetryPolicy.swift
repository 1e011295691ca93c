/// When a failed effect runs again.
public struct Backoff: Sendable, Hashable, Codable {
    private enum Shape: Sendable, Hashable, Codable {
        case exponential(first: Duration, limit: Duration)
        case fixed(Duration)
        case schedule([Duration])
    }

    private let shape: Shape
    /// The share by which each delay is varied at random, up and down: 0.2 gives 80 % to 120 %.
    public let jitter: Double

    private init(_ shape: Shape, jitter: Double) {
        self.shape = shape
        self.jitter = min(max(jitter, 0), 1)
    }

    /// `first`, then twice as long each time, never above `limit`.
    public static func exponential(
        from first: Duration = .seconds(1), limit: Duration = .seconds(3600), jitter: Double = 0.2
    ) -> Backoff { Backoff(.exponential(first: first, limit: limit), jitter: jitter) }

    /// The same delay every time.
    public static func fixed(_ delay: Duration, jitter: Double = 0) -> Backoff {
        Backoff(.fixed(delay), jitter: jitter)
    }

    /// One delay after another; the last one repeats. An empty schedule means no delay.
    public static func schedule(_ delays: [Duration], jitter: Double = 0.2) -> Backoff {
        Backoff(.schedule(delays), jitter: jitter)
    }

    /// The wait after the `attempt`th spent attempt, counted from 1; `random` is uniform in 0 ..< 1.
    public func delay(afterAttempt attempt: Int, random: Double) -> Duration {
        base(afterAttempt: max(attempt, 1)) * (1 + jitter * (2 * random - 1))
    }

    private func base(afterAttempt attempt: Int) -> Duration {
        switch shape {
        case .exponential(let first, let limit):
            attempt > 40 ? limit : min(first * Double(1 << (attempt - 1)), limit)
        case .fixed(let delay): delay
        case .schedule(let delays): delays.isEmpty ? .zero : delays[min(attempt, delays.count) - 1]
        }
    }
}

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
