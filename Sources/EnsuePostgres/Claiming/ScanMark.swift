internal import Ensue
internal import Synchronization

/// When a queue is looked through from its very beginning, and when only behind the position that was taken last.
///
/// While some session holds a transaction open, rows that were taken cannot be removed, and every scan from the
/// beginning walks over all of them. As long as that costs next to nothing, each scan begins at the beginning; when it
/// costs, only as often as keeps it to a twentieth of the time.
struct Sweeps {
    /// What a scan may cost without a second thought.
    static let cheap = Duration.milliseconds(2)
    private static let remembered = 4

    private var costs: [Duration] = []
    private var last = Duration.zero

    /// The least of the latest: one that had to wait for the processor says nothing about the queue.
    private var cost: Duration { costs.count < Self.remembered ? .zero : costs.min() ?? .zero }

    func isDue(at now: Duration) -> Bool { cost <= Self.cheap || now - last >= cost * 20 }

    mutating func done(cost: Duration, at now: Duration) {
        costs = costs.suffix(Self.remembered - 1) + [cost]
        last = now
    }
}

/// The position behind which a queue is scanned.
final class ScanMark: Sendable {
    private let state = Mutex<(sweeps: Sweeps, position: Int64)>((Sweeps(), 0))

    /// Where to begin now: 0 for the very beginning.
    func start(at now: Duration) -> Int64 {
        state.withLock { $0.sweeps.isDue(at: now) ? 0 : $0.position }
    }

    /// Notes a scan that began at `start`, took `cost`, and went as far as `position`; nil if it found nothing.
    func scanned(from start: Int64, cost: Duration, upTo position: Int64?, at now: Duration) {
        state.withLock { state in
            if start == 0 { state.sweeps.done(cost: cost, at: now) }
            if let position { state.position = position + 1 }
        }
    }
}
