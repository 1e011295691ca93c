internal import Synchronization

/// Wakes one waiting loop; only one may wait at a time. Notifications that come while nobody waits are remembered as
/// one.
package final class Signal: Sendable {
    private struct State {
        var isRaised = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    package func notify() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let waiter = state.waiter else {
                state.isRaised = true
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }

    /// Returns at the next notification, at once if there was one since the last wait, or when the task is cancelled.
    package func wait() async {
        await withTaskCancellationHandler {
            await waitUncancelled(unless: { Task.isCancelled })
        } onCancel: {
            state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }?.resume()
        }
    }

    /// As ``wait()``, but whatever becomes of the task. Returns at once if `isOver`.
    package func waitUncancelled(unless isOver: @Sendable () -> Bool = { false }) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.isRaised || isOver() {
                    state.isRaised = false
                    return true
                }
                precondition(state.waiter == nil, "two loops wait for one signal")
                state.waiter = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    /// As ``wait()``, but returns after `span` at the latest.
    package func wait(atMost span: Duration, clock: any EngineClock) async {
        await withTaskGroup { group in
            group.addTask { await self.wait() }
            group.addTask { await clock.pause(for: span) }
            await group.next()
            group.cancelAll()
        }
    }
}
