internal import Logging
internal import Synchronization

/// Claims effects and runs them, so many at once as each kind's policy allows.
final class Executor: Sendable {
    private struct State {
        var queue: RunQueue
        /// An effect has two when it was given away during a run that still goes on, and has come back.
        var controls: [EffectID: [RunControl]] = [:]
        /// What could not be given back so far.
        var unreturned: [LeaseID: [EffectID]] = [:]
        var isGraceOver = false
        /// The lease of a claim whose answer is still under way.
        var claiming: LeaseID?

        mutating func forget(_ control: RunControl, of effect: EffectID) {
            controls[effect]?.removeAll { $0 === control }
            if controls[effect]?.isEmpty == true { controls[effect] = nil }
        }
    }

    private let state: Mutex<State>
    private let store: any Store
    private let performer: Performer
    private let settler: Settler
    private let timers: RunTimers
    private let pulse: Pulse
    private let worker: WorkerID
    private let options: EngineOptions
    private let environment: RunEnvironment
    /// Raised when the store may have more, or when room was made.
    let signal = Signal()
    private let idle = Signal()

    init(
        performer: Performer, settler: Settler, timers: RunTimers, pulse: Pulse, worker: WorkerID,
        options: EngineOptions
    ) {
        self.performer = performer
        self.settler = settler
        self.timers = timers
        self.pulse = pulse
        self.worker = worker
        self.options = options
        environment = performer.environment
        store = environment.store
        state = Mutex(State(queue: RunQueue(performer.handlers.mapValues(\.policy))))
    }

    /// The store reported that effects can be claimed.
    func refill() {
        state.withLock { $0.queue.refill() }
        signal.notify()
    }

    var leases: (held: Set<LeaseID>, claiming: LeaseID?) {
        state.withLock { (Set($0.queue.leases.keys), $0.claiming) }
    }
    var running: Int { state.withLock { $0.queue.running } }

    /// Claims and runs until `stopped` says so; then gives back what was not started, waits for what runs, and after
    /// the grace period cancels it. Returns when nothing runs any more.
    func run(until stopped: @escaping @Sendable () -> Bool) async {
        await withDiscardingTaskGroup { slots in
            while !stopped() {
                let claimed = await claim(into: &slots)
                if !claimed, !stopped() { await signal.wait(atMost: options.safetyPoll, clock: environment.clock) }
            }
            await giveBack(state.withLock { $0.queue.stop() })
            await waitForRuns()
            await giveBack([:])
            let left = state.withLock { $0.controls.values.flatMap { $0 } }
            if !left.isEmpty { environment.logger.warning("cancelling \(left.count) runs after the grace period") }
            for control in left { control.stop(.interrupted) }
        }
    }

    private func claim(into slots: inout DiscardingTaskGroup) async -> Bool {
        guard pulse.mayStart else { return false }
        let (quotas, mark) = state.withLock { ($0.queue.quotas, $0.queue.mark) }
        guard !quotas.isEmpty else {
            open(&slots)
            return false
        }
        let claim = Claim(
            worker: worker, firstLease: LeaseID(rawValue: performer.random.id()), quotas: quotas, lease: options.lease)
        state.withLock { $0.claiming = claim.firstLease }
        do {
            let claimed = try await store.claim(claim)
            state.withLock { state in
                state.claiming = nil
                state.queue.accept(claimed, of: quotas, since: mark)
            }
            open(&slots)
            return !claimed.isEmpty
        } catch {
            state.withLock { $0.claiming = nil }
            environment.logger.error("claiming failed, will try again", metadata: ["error": "\(error)"])
            await signal.wait(atMost: .milliseconds(200), clock: environment.clock)
            return false
        }
    }

    private func open(_ slots: inout DiscardingTaskGroup) {
        for lane in state.withLock({ $0.queue.openSlots() }) { slots.addTask { await self.work(lane) } }
    }

    /// One slot: runs effects of a lane, one after the other, until none waits.
    private func work(_ lane: Int) async {
        while let (claimed, control) = next(lane) {
            if let timeout = performer.handlers[claimed.kind]?.policy.timeout { timers.stop(control, after: timeout) }
            let started = environment.clock.uptime()
            await performer.perform(claimed, control: control) { settled in
                let length = self.environment.clock.uptime() - started
                let (wantsMore, isLast) = self.state.withLock { state in
                    state.forget(control, of: claimed.id)
                    let isLast = state.queue.finished(claimed.lease)
                    return (state.queue.finished(lane, seconds: length.seconds), isLast)
                }
                self.options.onRun?(RunReport(settled, took: length))
                self.settler.submit(settled, mayWait: !isLast)
                if wantsMore { self.signal.notify() }
            } late: { settled in
                self.state.withLock { $0.queue.finishedLate(settled.lease) }
                self.settler.submit(settled)
            }
        }
        idle.notify()
    }

    private func next(_ lane: Int) -> (ClaimedEffect, RunControl)? {
        state.withLock { state in
            guard let claimed = state.queue.next(lane, mayStart: pulse.mayStart) else { return nil }
            let control = RunControl()
            state.controls[claimed.id, default: []].append(control)
            return (claimed, control)
        }
    }

    /// Called by the settler for every run that is off our hands.
    func settled(_ runs: [SettledRun]) {
        let wasFull = state.withLock { state in
            defer {
                for (lease, count) in runs.countedByLease { state.queue.settled(lease, count: count) }
            }
            return state.queue.isFull
        }
        if wasFull { signal.notify() }
    }

    func cancel(_ effects: [EffectID]) {
        let (controls, unstarted) = state.withLock { state in
            (effects.flatMap { state.controls[$0] ?? [] }, state.queue.withdraw(Set(effects)))
        }
        for control in controls { control.stop(.cancelled) }
        for claimed in unstarted {
            let cancelled = Transition(to: .ended(.cancelled, error: "cancelled before it was started"))
            settler.submit(SettledRun(of: claimed, startedAt: nil, transition: cancelled), mayWait: false)
        }
    }

    /// Other workers have what these leases held.
    func lose(_ leases: Set<LeaseID>) {
        state.withLock { $0.queue.drop(leases) }
    }

    /// Lets others have what was fetched ahead of slots that did not become free since this was last called.
    func giveBackStalled() async {
        await giveBack(state.withLock { $0.queue.stalled() })
    }

    /// Gives back what is unused, and what could not be given back before.
    private func giveBack(_ unused: [LeaseID: [EffectID]]) async {
        let all = state.withLock { state in
            defer { state.unreturned = [:] }
            return state.unreturned.merging(unused, uniquingKeysWith: +)
        }
        for (lease, effects) in all {
            do { try await store.release(effects, of: lease) } catch {
                state.withLock { $0.unreturned[lease, default: []] += effects }
                environment.logger.warning(
                    "could not give back \(effects.count) unused effects, will try again",
                    metadata: ["error": "\(error)"])
            }
        }
    }

    /// Lets a stop under way, or to come, wait for nothing that runs.
    func skipGrace() {
        state.withLock { $0.isGraceOver = true }
        idle.notify()
    }

    private func waitForRuns() async {
        let end = environment.clock.uptime() + options.grace
        while running > 0, !state.withLock({ $0.isGraceOver }) {
            let left = end - environment.clock.uptime()
            guard left > .zero else { return }
            await idle.wait(atMost: left, clock: environment.clock)
        }
    }
}

extension [SettledRun] {
    /// How many there are of each lease; one after the other they mostly are of the same.
    fileprivate var countedByLease: [(LeaseID, Int)] {
        chunked(by: { $0.lease == $1.lease }).compactMap { runs in runs.first.map { ($0.lease, runs.count) } }
    }
}
