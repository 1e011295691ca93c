public import Ensue
internal import Synchronization

/// A clock that stands still until it is told to go on. Wall clock and uptime advance together.
///
/// Whoever sleeps by it wakes when its time has come, in the order of the due times. A test that needs somebody to be
/// asleep before time passes waits with ``waitForSleepers(_:)``; it never has to sleep itself.
public final class ManualClock: EngineClock {
    private struct Sleeper {
        let due: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct Watcher {
        let count: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var uptime = Duration.zero
        var lastID = 0
        var sleepers: [Int: Sleeper] = [:]
        var watchers: [Int: Watcher] = [:]

        mutating func nextID() -> Int {
            lastID += 1
            return lastID
        }

        mutating func takeDue() -> [Sleeper] {
            let due = sleepers.filter { $0.value.due <= uptime }
            for id in due.keys { sleepers[id] = nil }
            return due.sorted { ($0.value.due, $0.key) < ($1.value.due, $1.key) }.map(\.value)
        }

        mutating func takeSatisfiedWatchers() -> [Watcher] {
            let satisfied = watchers.filter { $0.value.count <= sleepers.count }
            for id in satisfied.keys { watchers[id] = nil }
            return Array(satisfied.values)
        }
    }

    private let start: Timestamp
    private let state = Mutex(State())

    /// Stands at `start`; an uptime of zero.
    public init(start: Timestamp = Timestamp(milliseconds: 1_767_225_600_000)) { self.start = start }

    public func now() -> Timestamp { start + uptime() }

    public func uptime() -> Duration { state.withLock { $0.uptime } }

    /// How many sleep by this clock at this moment.
    public var sleepers: Int { state.withLock { $0.sleepers.count } }

    /// Lets `span` pass at once and wakes whoever is due. They run concurrently with the caller.
    public func advance(by span: Duration) {
        precondition(span >= .zero, "time does not go back")
        let due = state.withLock { state in
            state.uptime += span
            return state.takeDue()
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    public func sleep(for span: Duration) async throws {
        let id = state.withLock { $0.nextID() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { fallAsleep(id, for: span, $0) }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
        }
    }

    private func fallAsleep(_ id: Int, for span: Duration, _ continuation: CheckedContinuation<Void, any Error>) {
        // Cancellation marks the task before it calls the handler, so that one of the two finds the other's trace.
        let (isAsleep, watchers) = state.withLock { state -> (Bool, [Watcher]) in
            guard span > .zero, !Task.isCancelled else { return (false, []) }
            state.sleepers[id] = Sleeper(due: state.uptime + span, continuation: continuation)
            return (true, state.takeSatisfiedWatchers())
        }
        for watcher in watchers { watcher.continuation.resume() }
        guard !isAsleep else { return }
        continuation.resume(with: Task.isCancelled ? .failure(CancellationError()) : .success(()))
    }

    /// Returns as soon as at least `count` sleep by this clock. Throws `CancellationError` when the task is cancelled.
    public func waitForSleepers(_ count: Int = 1) async throws {
        let id = state.withLock { $0.nextID() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isWatching = state.withLock { state in
                    guard state.sleepers.count < count, !Task.isCancelled else { return false }
                    state.watchers[id] = Watcher(count: count, continuation: continuation)
                    return true
                }
                guard !isWatching else { return }
                continuation.resume(with: Task.isCancelled ? .failure(CancellationError()) : .success(()))
            }
        } onCancel: {
            state.withLock { $0.watchers.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
        }
    }
}
