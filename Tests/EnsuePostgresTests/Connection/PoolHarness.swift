import Ensue

@testable import EnsuePostgres

/// A `PoolState` whose connections are numbers, its actions as text.
struct PoolHarness {
    typealias State = PoolState<Int>

    var state: State
    var now = Duration.zero

    init(limit: Int = 4) {
        var options = State.Options()
        options.limit = limit
        state = State(options)
    }

    static let refusal = PostgresError(.connection, "refused")

    mutating func acquire() -> (waiter: State.Waiter, actions: [String]) {
        let waiter = state.nextWaiter()
        return (waiter, text(state.acquire(waiter, at: now)))
    }

    mutating func takeIdle() -> Int? { state.takeIdle() }

    mutating func opened(_ connection: Int) -> [String] { text(state.opened(connection, at: now)) }

    mutating func openingFailed(random: Double = 0.5) -> [String] {
        text(state.openingFailed(Self.refusal, at: now, random: random))
    }

    mutating func release(_ connection: Int, isReusable: Bool = true) -> [String] {
        text(state.release(connection, isReusable: isReusable, at: now))
    }

    mutating func expire(_ waiter: State.Waiter) -> [String] { text(state.expire(waiter)) }

    mutating func close() -> [String] { text(state.close()) }

    /// Lends the connections 1 to `count`, opening them.
    mutating func lend(_ count: Int) {
        for connection in 1...count {
            _ = acquire()
            _ = opened(connection)
        }
    }

    func text(_ actions: [State.Action]) -> [String] {
        actions.map { action in
            switch action {
            case .hand(let connection, let waiter): "hand \(connection) to \(number(waiter))"
            case .fail(let waiter, let error): "fail \(number(waiter)): \(error.message)"
            case .open(let delay): "open after \(Int((delay.seconds * 1000).rounded())) ms"
            case .close(let connection): "close \(connection)"
            case .finished: "finished"
            }
        }
    }

    private func number(_ waiter: State.Waiter) -> Int { waiter.number }
}
