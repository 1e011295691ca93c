internal import Synchronization

/// A value that comes to be known once, such as the port that a server got.
final class Milestone<Value: Sendable>: Sendable {
    private enum State {
        case awaited([AsyncStream<Value>.Continuation])
        case reached(Value)
    }

    private let state = Mutex(State.awaited([]))

    /// Only the first call counts.
    func reach(_ value: Value) {
        let waiting = state.withLock { state -> [AsyncStream<Value>.Continuation] in
            guard case .awaited(let waiting) = state else { return [] }
            state = .reached(value)
            return waiting
        }
        for continuation in waiting { continuation.yield(value) }
    }

    /// Waits for the value. Throws `CancellationError` when the task is cancelled first.
    func value() async throws -> Value {
        let (stream, continuation) = AsyncStream.makeStream(of: Value.self)
        state.withLock { state in
            switch state {
            case .reached(let value): continuation.yield(value)
            case .awaited(let waiting): state = .awaited(waiting + [continuation])
            }
        }
        for await value in stream { return value }
        throw CancellationError()
    }
}
