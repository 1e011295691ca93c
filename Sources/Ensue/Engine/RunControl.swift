internal import Synchronization

/// Decides the race between a run's end and the wish to stop it: whichever comes first counts.
final class RunControl: Sendable {
    enum Stop: Sendable, Equatable {
        case cancelled
        case timedOut(Duration)
        case interrupted
    }

    private enum State {
        case running(CheckedContinuation<Stop?, Never>?)
        case decided(Stop?)
    }

    private let state = Mutex(State.running(nil))

    var isDecided: Bool {
        state.withLock { state in
            if case .decided = state { true } else { false }
        }
    }

    func finish() { decide(nil) }
    func stop(_ reason: Stop) { decide(reason) }

    private func decide(_ verdict: Stop?) {
        let waiter = state.withLock { state -> CheckedContinuation<Stop?, Never>? in
            guard case .running(let waiter) = state else { return nil }
            state = .decided(verdict)
            return waiter
        }
        waiter?.resume(returning: verdict)
    }

    /// Nil when the run finished first. Waits for one or the other, whatever happens to the task.
    func verdict() async -> Stop? {
        await withCheckedContinuation { continuation in
            let decided = state.withLock { state -> Stop?? in
                if case .decided(let verdict) = state { return .some(verdict) }
                state = .running(continuation)
                return nil
            }
            if let decided { continuation.resume(returning: decided) }
        }
    }
}
