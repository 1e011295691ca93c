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
