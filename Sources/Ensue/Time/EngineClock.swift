internal import Foundation

/// What the engine and the embedded store know of time. Inject another one to test without waiting.
public protocol EngineClock: Sendable {
    /// The wall clock: what is stored and shown.
    func now() -> Timestamp
    /// Time since some fixed point; never goes back, and goes on while the process is stopped. For measuring spans.
    func uptime() -> Duration
    /// Returns after `span`, or throws `CancellationError` when the task is cancelled.
    func sleep(for span: Duration) async throws
}

/// The machine's clock.
public struct SystemClock: EngineClock {
    private static let origin = ContinuousClock.now

    public init() {}

    public func now() -> Timestamp { Timestamp(Date()) }

    public func uptime() -> Duration { Self.origin.duration(to: .now) }

    public func sleep(for span: Duration) async throws { try await Task.sleep(for: span, clock: .continuous) }
}

extension EngineClock {
    /// Returns after `span`, or as soon as the task is cancelled.
    package func pause(for span: Duration) async {
        do { try await sleep(for: span) } catch { return }
    }
}
