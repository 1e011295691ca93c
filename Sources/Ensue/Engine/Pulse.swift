internal import Synchronization

/// What a worker's own heartbeats allow it to do. Pure state behind a lock; time is uptime, which never goes back.
final class Pulse: Sendable {
    private struct State {
        /// When the latest confirmed beat was sent.
        var confirmed: Duration?
        /// Since when every beat has been on time.
        var steadySince: Duration?
    }

    private let state = Mutex(State())
    private let lease: Duration
    private let clock: any EngineClock

    init(lease: Duration, clock: any EngineClock) {
        self.lease = lease
        self.clock = clock
    }

    func confirm(sentAt: Duration) {
        state.withLock { state in
            let isLate = state.confirmed.map { sentAt - $0 > lease * 2 / 3 } ?? true
            if isLate { state.steadySince = sentAt }
            state.confirmed = sentAt
        }
    }

    /// Nothing new is started once two thirds of a lease have passed without a confirmed beat: by the time the lease
    /// is over somebody else may have the effects.
    var mayStart: Bool {
        let now = clock.uptime()
        return state.withLock { state in state.confirmed.map { now - $0 < lease * 2 / 3 } ?? false }
    }

    /// Whoever was cut off itself must not judge others: all beats of a whole lease have to have been on time.
    var mayRescue: Bool {
        let now = clock.uptime()
        return mayStart && state.withLock { state in state.steadySince.map { now - $0 >= lease * 9 / 10 } ?? false }
    }
}
