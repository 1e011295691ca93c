internal import Ensue
internal import Logging
internal import Synchronization

/// One subscription to what becomes possible: reports of this process at once, those of others by looking while there
/// is work and by notifications while there is none. It works only while somebody waits for its next report.
final class Watch: Sendable {
    private struct State {
        /// The first report is of everything: it may all have been there before.
        var isNew = true
        var reported: StoreChanges = []
        var waking: Waking
        var isFailing = false
        var hasEnded = false
    }

    private let store: PostgresStore
    private let listener: Listener
    private let signal = Signal()
    private let state: Mutex<State>

    init(_ store: PostgresStore) {
        self.store = store
        listener = Listener(store.listening, names: store.names, logger: store.logger)
        state = Mutex(State(waking: Waking(at: store.clock.uptime())))
    }

    /// Something has become possible, says this process.
    func report(_ changes: StoreChanges) {
        state.withLock { $0.reported.formUnion(changes) }
        signal.notify()
        listener.wake()
    }

    /// The store is closed.
    func end() {
        state.withLock { $0.hasEnded = true }
        signal.notify()
        listener.wake()
    }

    private var isOver: Bool { Task.isCancelled || state.withLock { $0.hasEnded } }

    /// The next report; nil once the task is cancelled or the store closed. Only one may wait at a time.
    func next() async -> StoreChanges? {
        while !isOver {
            if let changes = takeReport() { return changes }
            do {
                try await step()
                state.withLock { $0.isFailing = false }
            } catch {
                if isOver { break }
                await pause(after: error)
            }
        }
        await listener.close()
        return nil
    }

    private func takeReport() -> StoreChanges? {
        let now = store.clock.uptime()
        return state.withLock { state in
            if state.isNew {
                state.isNew = false
                return .all
            }
            guard !state.reported.isEmpty else { return nil }
            defer { state.reported = [] }
            state.waking.worked(at: now)
            return state.reported
        }
    }

    /// Whatever was missed meanwhile is made up for by a report of everything.
    private func pause(after error: any Error) async {
        let isNew = state.withLock { state in
            defer { state.isFailing = true }
            return !state.isFailing
        }
        if isNew {
            store.logger.warning("cannot look for changes, will try again", metadata: ["error": "\(error)"])
        }
        await store.clock.pause(for: .milliseconds(500))
        state.withLock { $0.reported = .all }
    }

    // MARK: One step

    private func step() async throws {
        try await disarmIfAwake()
        hear(await listener.heard(within: .zero))
        // What was heard now will not end sleep; nor will a report of this process, whose wake-up was heard now.
        guard !hasReport else { return }
        let now = store.clock.uptime()
        switch state.withLock({ $0.waking.next(at: now) }) {
        case .look(let span):
            if await isReported(within: span) { return }
            if try await !found() { state.withLock { $0.waking.lookedInVain() } }
        case .arm: try await arm()
        case .confirm(let span):
            if await isReported(within: span) { return }
            let oldest = try await store.oldestTransaction()
            if try await !found(thoroughly: true) {
                let now = store.clock.uptime()
                state.withLock { $0.waking.confirmedInVain(oldest: oldest, at: now) }
            }
        case .sleep(let span): try await sleep(atMost: span)
        }
    }

    /// Whether something is reported before `span` has passed.
    private func isReported(within span: Duration) async -> Bool {
        await signal.wait(atMost: span, clock: store.clock)
        return hasReport
    }

    private var hasReport: Bool { state.withLock { !$0.reported.isEmpty } }

    /// Looks, and reports what there is.
    private func found(thoroughly: Bool = false) async throws -> Bool {
        let found = try await store.pending(store.workers.kinds, thoroughly: thoroughly)
        guard !found.isEmpty else { return false }
        state.withLock { $0.reported.formUnion(found) }
        return true
    }

    private func arm() async throws {
        let isListening = await listener.open()
        let workers = store.workers.ids
        state.withLock { $0.waking.hasListener = isListening }
        guard isListening, !workers.isEmpty else { return state.withLock { $0.waking.cannotArm() } }
        let horizon = try await store.arm(workers)
        let now = store.clock.uptime()
        state.withLock { $0.waking.armed(horizon: horizon, at: now) }
    }

    private func disarmIfAwake() async throws {
        let now = store.clock.uptime()
        let mustDisarm = state.withLock { state in
            guard state.waking.isArmed, case .look = state.waking.next(at: now) else { return false }
            return true
        }
        guard mustDisarm else { return }
        try await store.disarm(store.workers.ids)
        state.withLock { $0.waking.disarmed() }
    }

    private func sleep(atMost span: Duration) async throws {
        let jittered = span * (0.9 + 0.2 * store.random.fraction())
        if state.withLock({ $0.waking.hasListener }) {
            guard let heard = await listener.heard(within: jittered) else {
                // The listener is gone: what it missed is found by looking.
                let now = store.clock.uptime()
                return state.withLock { $0.waking.worked(at: now) }
            }
            guard heard.isEmpty else { return hear(heard) }
        } else {
            await signal.wait(atMost: jittered, clock: store.clock)
        }
        if hasReport { return }
        _ = try await found(thoroughly: true)
    }

    private func hear(_ notifications: [String]?) {
        guard let notifications, !notifications.isEmpty else { return }
        var changes: StoreChanges = []
        for payload in notifications {
            changes.formUnion(payload == "cancel" ? .cancellations : .all.subtracting(.cancellations))
        }
        state.withLock { $0.reported.formUnion(changes) }
    }
}
