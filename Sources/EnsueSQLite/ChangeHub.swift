internal import Dispatch
internal import Ensue
internal import GRDB
internal import Synchronization

/// Tells subscribers what commits have made possible: commits of this process at once, those of others as soon as
/// SQLite's data version shows that there was one.
///
/// The data version is read on the writer's connection, for which its own commits do not count. That takes about five
/// microseconds, and happens only while somebody subscribes.
final class ChangeHub: Sendable {
    private static let interval = DispatchTimeInterval.milliseconds(4)

    private struct State {
        var subscribers: [Int: AsyncStream<StoreChanges>.Continuation] = [:]
        var nextSubscriber = 0
        var timer: (any DispatchSourceTimer)?
        var version: Int?
        var isLooking = false
    }

    private let state = Mutex(State())
    private let writer: any DatabaseWriter

    init(writer: any DatabaseWriter) { self.writer = writer }

    func publish(_ changes: StoreChanges) {
        guard !changes.isEmpty else { return }
        for subscriber in state.withLock({ Array($0.subscribers.values) }) { subscriber.yield(changes) }
    }

    func subscribe() -> AsyncStream<StoreChanges> {
        AsyncStream(bufferingPolicy: .unbounded) { continuation in
            let id = state.withLock { state in
                let id = state.nextSubscriber
                state.nextSubscriber += 1
                state.subscribers[id] = continuation
                if state.timer == nil { state.timer = startTimer() }
                return id
            }
            continuation.onTermination = { [weak self] _ in self?.unsubscribe(id) }
            continuation.yield(.all)
        }
    }

    private func unsubscribe(_ id: Int) {
        state.withLock { state in
            state.subscribers[id] = nil
            if state.subscribers.isEmpty {
                state.timer?.cancel()
                state.timer = nil
            }
        }
    }

    private func startTimer() -> any DispatchSourceTimer {
        let timer = DispatchSource.makeTimerSource()
        timer.schedule(deadline: .now() + Self.interval, repeating: Self.interval, leeway: .milliseconds(1))
        timer.setEventHandler { [weak self] in self?.look() }
        timer.resume()
        return timer
    }

    /// Looks at most once at a time: a busy writer is not asked again before it has answered.
    private func look() {
        let isFree = state.withLock { state in
            defer { state.isLooking = true }
            return !state.isLooking
        }
        guard isFree else { return }
        writer.asyncWriteWithoutTransaction { db in
            let version = try? db.cachedStatement(sql: "PRAGMA data_version").fetchVersion()
            let isNews = self.state.withLock { state in
                state.isLooking = false
                defer { state.version = version ?? state.version }
                return version != state.version && state.version != nil
            }
            if isNews { self.publish(.all) }
        }
    }
}

extension Statement {
    fileprivate func fetchVersion() throws -> Int? { try Int.fetchOne(self) }
}
