import Synchronization

/// A value that tasks change and for whose changes others wait.
final class Watched<Value: Sendable>: Sendable {
    private struct Waiter {
        let condition: @Sendable (Value) -> Bool
        let continuation: CheckedContinuation<Value?, Never>
    }

    private struct State {
        var value: Value
        var waiters: [Int: Waiter] = [:]
        var lastID = 0
    }

    private let state: Mutex<State>

    init(_ value: Value) { state = Mutex(State(value: value)) }

    var value: Value { state.withLock { $0.value } }

    func change(_ body: (inout Value) -> Void) {
        let (value, met) = state.withLock { state in
            body(&state.value)
            let met = state.waiters.filter { $0.value.condition(state.value) }
            for id in met.keys { state.waiters[id] = nil }
            return (state.value, Array(met.values))
        }
        for waiter in met { waiter.continuation.resume(returning: value) }
    }

    /// The value as soon as `condition` holds of it. Throws `CancellationError` when the task is cancelled.
    @discardableResult
    func wait(until condition: @escaping @Sendable (Value) -> Bool) async throws -> Value {
        let id = newID()
        let value = await withTaskCancellationHandler {
            await wait(as: id, unless: { Task.isCancelled }, until: condition)
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.continuation.resume(returning: nil)
        }
        guard let value else { throw CancellationError() }
        return value
    }

    /// As ``wait(until:)`` for those who take no notice of being cancelled.
    func waitStubbornly(until condition: @escaping @Sendable (Value) -> Bool) async {
        _ = await wait(as: newID(), unless: { false }, until: condition)
    }

    private func newID() -> Int {
        state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
    }

    private func wait(
        as id: Int, unless isCancelled: @Sendable () -> Bool, until condition: @escaping @Sendable (Value) -> Bool
    ) async -> Value? {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Value?? in
                if isCancelled() { return .some(nil) }
                if condition(state.value) { return state.value }
                state.waiters[id] = Waiter(condition: condition, continuation: continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }
}

/// What has happened so far, in order.
typealias Journal = Watched<[String]>

extension Watched<[String]> {
    convenience init() { self.init([]) }

    func note(_ entry: String) { change { $0.append(entry) } }

    /// The entries as soon as there are `count` of them.
    @discardableResult
    func entries(atLeast count: Int) async throws -> [String] { try await wait { $0.count >= count } }
}

/// Holds handlers back until it is opened.
typealias Gate = Watched<Bool>

extension Watched<Bool> {
    convenience init() { self.init(false) }

    func open() { change { $0 = true } }
    func pass() async throws { try await wait { $0 } }
    func passStubbornly() async { await waitStubbornly { $0 } }
}
