internal import Logging
internal import ServiceLifecycle
internal import Synchronization

/// One run of an engine: the loops that route, claim, settle, beat and rescue, started and stopped in order.
struct Workshop: Sendable {
    private let engine: Engine
    private let worker: WorkerID
    private let executor: Executor
    private let settler: Settler
    private let timers: RunTimers
    private let pulse: Pulse
    private let signals = Signals()
    private let stopping = StopFlag()
    private let relay: SettledRelay

    /// Wakes the loops when the store has something for them.
    private struct Signals: Sendable {
        let events = Signal()
        let schedule = Signal()
        let endings = Signal()
        let beat = Signal()
    }

    init(engine: Engine, worker: WorkerID) {
        self.engine = engine
        self.worker = worker
        let clock = engine.environment.clock
        let relay = SettledRelay(waiters: engine.waiters)
        self.relay = relay
        settler = Settler(performer: engine.performer) { relay.settled($0) }
        timers = RunTimers(clock: clock)
        pulse = Pulse(lease: engine.options.lease, clock: clock)
        executor = Executor(
            performer: engine.performer, settler: settler, timers: timers, pulse: pulse, worker: worker,
            options: engine.options)
        relay.attach(executor)
    }

    private var store: any Store { engine.store }
    private var logger: Logger { engine.environment.logger }
    private var kinds: [EffectKind] { engine.handlers.registered.keys.sorted() }

    func run() async throws {
        defer { relay.detach() }
        try await join()
        await withGracefulShutdownHandler {
            await withTaskCancellationHandler {
                await work()
            } onCancel: {
                executor.skipGrace()
                stop()
            }
        } onGracefulShutdown: {
            stop()
        }
        do { try await store.leave(worker) } catch {
            logger.warning("could not sign off; the leases will expire", metadata: ["error": "\(error)"])
        }
    }

    private func stop() {
        stopping.raise()
        executor.signal.notify()
    }

    private func join() async throws {
        let registration = WorkerRegistration(
            id: worker, name: engine.options.name, kinds: engine.handlers.registered.mapValues(\.policy),
            rules: engine.handlers.rules, lease: engine.options.lease)
        let sentAt = engine.environment.clock.uptime()
        try await store.join(registration)
        pulse.confirm(sentAt: sentAt)
    }

    /// What settles and beats goes on until nothing runs any more; what brings new work stops first.
    private func work() async {
        await withTaskGroup { backstage in
            backstage.addTask { await loop("the heartbeat", signals.beat, every: engine.options.lease / 3, beat) }
            backstage.addTask { await timers.run() }
            backstage.addTask { await watch() }
            await withTaskGroup { settling in
                settling.addTask { await settler.run() }
                await bringWork()
                settler.close()
            }
            backstage.cancelAll()
        }
    }

    private func bringWork() async {
        await withTaskGroup { loops in
            let options = engine.options
            let long = options.safetyPoll * 60
            loops.addTask { await loop("routing", signals.events, every: long, route) }
            loops.addTask { await loop("the schedule", signals.schedule, every: long, advance) }
            loops.addTask { await loop("following endings", signals.endings, every: long, follow) }
            loops.addTask { await loop("rescuing", Signal(), every: options.lease / 5, rescue) }
            loops.addTask { await loop("looking for work", Signal(), every: options.safetyPoll, look) }
            if let retention = options.retention {
                loops.addTask {
                    await loop("retention", Signal(), every: .seconds(600)) { try await retire(after: retention) }
                }
            }
            await executor.run { stopping.isRaised }
            loops.cancelAll()
        }
    }

    private func loop(
        _ name: String, _ signal: Signal, every pause: Duration,
        _ work: @escaping @Sendable () async throws -> Duration?
    ) async {
        await Loop(name: name, signal: signal, pause: pause, environment: engine.environment).run(work)
    }

    // MARK: The loops' work

    private static let batch = 256

    private func route() async throws -> Duration? {
        guard !stopping.isRaised else { return nil }
        return try await store.route(limit: Self.batch).events == Self.batch ? .zero : nil
    }

    /// A notification may have been lost, and what was fetched ahead may wait in vain.
    private func look() async throws -> Duration? {
        await executor.giveBackStalled()
        wake(try await store.pending(kinds))
        return nil
    }

    private func advance() async throws -> Duration? {
        guard !stopping.isRaised else { return nil }
        let report = try await store.advance(limit: Self.batch)
        return report.moved == Self.batch ? .zero : report.next.map { max($0, .milliseconds(1)) }
    }

    private func follow() async throws -> Duration? {
        try await store.follow(limit: Self.batch) == Self.batch ? .zero : nil
    }

    private func rescue() async throws -> Duration? {
        guard pulse.mayRescue, !stopping.isRaised else { return nil }
        let rescued = try await store.rescue(limit: Self.batch, sparing: worker).effects
        if rescued > 0 { logger.notice("took back \(rescued) effects from workers that are gone") }
        return rescued > 0 ? .zero : nil
    }

    private func retire(after retention: Duration) async throws -> Duration? {
        try await store.retire(olderThan: retention, limit: 1000) > 0 ? .milliseconds(50) : nil
    }

    private func beat() async throws -> Duration? {
        let (held, claiming) = executor.leases
        let sentAt = engine.environment.clock.uptime()
        let reply = try await store.beat(
            Heartbeat(
                worker: worker, leases: held + (claiming.map { [$0] } ?? []), lease: engine.options.lease))
        executor.cancel(reply.cancelled)
        // What others have by now is dropped before anything may start again.
        executor.lose(held.subtracting(reply.alive))
        pulse.confirm(sentAt: sentAt)
        executor.signal.notify()
        if !reply.isKnown { try await join() }
        return nil
    }

    private func watch() async {
        for await changes in store.changes() { wake(changes) }
    }

    private func wake(_ changes: StoreChanges) {
        if changes.contains(.effects) { executor.refill() }
        if changes.contains(.events) { signals.events.notify() }
        if changes.contains(.schedule) { signals.schedule.notify() }
        if changes.contains(.endings) { signals.endings.notify() }
        if changes.contains(.cancellations) { signals.beat.notify() }
    }
}

/// Raised once, for good.
private final class StopFlag: Sendable {
    private let flag = Atomic(false)
    var isRaised: Bool { flag.load(ordering: .acquiring) }
    func raise() { flag.store(true, ordering: .releasing) }
}

/// Tells the executor and those who wait for outcomes which runs are off our hands.
private final class SettledRelay: Sendable {
    private let waiters: OutcomeWaiters
    private let executor = Mutex<Executor?>(nil)

    init(waiters: OutcomeWaiters) { self.waiters = waiters }

    func attach(_ executor: Executor) { self.executor.withLock { $0 = executor } }
    /// The executor holds the settler, and that holds this.
    func detach() { executor.withLock { $0 = nil } }

    func settled(_ runs: [SettledRun]) {
        executor.withLock { $0 }?.settled(runs)
        waiters.wake(runs.lazy.map(\.effect))
    }
}
