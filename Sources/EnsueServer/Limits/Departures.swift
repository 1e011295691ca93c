internal import NIOCore
internal import Synchronization

/// The clients that have closed their side of a connection, so that nobody waits on behalf of one that is gone.
///
/// A client that goes away and one that only sends nothing more look alike; neither is kept waiting.
final class Departures: Sendable {
    private struct State {
        var gone: Set<ObjectIdentifier> = []
        var waiting: [ObjectIdentifier: AsyncStream<Void>.Continuation] = [:]
    }

    private let state = Mutex(State())

    /// The client sends nothing more, or the connection is closed while a request is being answered.
    func note(_ channel: any Channel) {
        let waiting = state.withLock { state in
            state.gone.insert(ObjectIdentifier(channel))
            return state.waiting[ObjectIdentifier(channel)]
        }
        waiting?.finish()
    }

    /// Nothing is being answered to whoever had this connection; another may have its place in memory.
    func forget(_ channel: any Channel) {
        state.withLock { _ = $0.gone.remove(ObjectIdentifier(channel)) }
    }

    /// Runs `operation`, and cancels it when the client of `channel` departs. There is one at a time for a channel.
    func cancelling<Value: Sendable>(
        onDepartureFrom channel: (any Channel)?, _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let channel else { return try await operation() }
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let isGone = state.withLock { state in
            state.waiting[ObjectIdentifier(channel)] = continuation
            return state.gone.contains(ObjectIdentifier(channel))
        }
        defer { state.withLock { _ = $0.waiting.removeValue(forKey: ObjectIdentifier(channel)) } }
        if isGone { throw CancellationError() }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await operation() }
            group.addTask {
                for await _ in stream {}
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else { throw CancellationError() }
            return value
        }
    }
}
