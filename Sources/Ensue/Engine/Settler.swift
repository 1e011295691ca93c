internal import Logging
internal import Synchronization

/// Writes the results of runs to the store, many in one transaction: while one batch is being written, the next one
/// gathers.
final class Settler: Sendable {
    private static let batchLimit = 1000
    /// Handlers' own writes take the time that they take: few of them share a transaction.
    private static let workLimit = 8
    /// How often, about a second apart, a result is offered to a failing store once the worker is to stop.
    private static let lastTries = 60

    /// How long a result waits for others of its lease: a lease that is settled whole costs a store least.
    private static let linger = Duration.milliseconds(10)

    private struct State {
        var pending = PendingRuns()
        var isClosed = false
    }

    private let state = Mutex(State())
    private let signal = Signal()
    private let performer: Performer
    private let onSettled: @Sendable ([SettledRun]) -> Void

    /// `onSettled` is told of every run that is off our hands: written, or found stale.
    init(performer: Performer, onSettled: @escaping @Sendable ([SettledRun]) -> Void) {
        self.performer = performer
        self.onSettled = onSettled
    }

    private var store: any Store { performer.environment.store }
    private var logger: Logger { performer.environment.logger }
    private var clock: any EngineClock { performer.environment.clock }

    /// Takes a result, which may wait for others of its lease unless none is under way.
    func submit(_ run: SettledRun, mayWait: Bool = true) {
        let now = clock.uptime()
        let isNews = state.withLock { $0.pending.add(run, mayWait: mayWait, at: now) }
        if isNews { signal.notify() }
    }

    /// Lets ``run()`` return once everything submitted has been written.
    func close() {
        state.withLock { $0.isClosed = true }
        signal.notify()
    }

    /// Returns when closed and empty; cancellation does not stop it, since results must not be lost.
    func run() async {
        while true {
            let now = clock.uptime()
            let (batch, wait, isClosed) = state.withLock { state in
                let batch = state.pending.take(
                    atMost: Self.batchLimit, works: Self.workLimit,
                    olderThan: state.isClosed || Task.isCancelled ? now : now - Self.linger)
                return (batch, state.pending.oldest.map { $0 + Self.linger - now }, state.isClosed)
            }
            if !batch.isEmpty {
                await write(batch)
            } else if let wait {
                await signal.wait(atMost: max(wait, .milliseconds(1)), clock: clock)
            } else if isClosed {
                return
            } else {
                await signal.waitUncancelled()
            }
        }
    }

    /// Tries until the store takes the batch. A batch with a row that the store refuses is written run by run, so
    /// that the bad one hinders no other.
    private func write(_ batch: [SettledRun]) async {
        var tries = 0
        while true {
            do {
                let report = try await store.settle(batch)
                return settled(batch, report)
            } catch let error as StoreError where !error.isTransient {
                return await writeApart(batch, error)
            } catch {
                tries += 1
                guard tries < triesLeft else {
                    logger.critical(
                        "\(batch.count) results are lost: the store refuses them and the worker stops; the effects run again",
                        metadata: ["error": "\(error)"])
                    return onSettled(batch)
                }
                logger.error("settling \(batch.count) runs failed, will try again", metadata: ["error": "\(error)"])
                await clock.pause(for: .milliseconds(min(50 << min(tries, 5), 1000)))
            }
        }
    }

    /// How often a batch is offered to a failing store: for ever while the worker works.
    private var triesLeft: Int {
        if Task.isCancelled { return 5 }
        return state.withLock { $0.isClosed } ? Self.lastTries : .max
    }

    private func writeApart(_ batch: [SettledRun], _ error: StoreError) async {
        guard batch.count == 1, let run = batch.first else {
            for run in batch { await write([run]) }
            return
        }
        guard case .ended(.failed, _, _) = run.transition.destination, run.events.isEmpty, run.requests.isEmpty else {
            let failure = Transition(to: .ended(.failed, error: "its result could not be stored: \(error)"))
            return await write([SettledRun(of: run.claimed, startedAt: run.startedAt, transition: failure)])
        }
        logger.critical("a run cannot be settled; its effect will be given back", metadata: ["error": "\(error)"])
        onSettled(batch)
    }

    private func settled(_ batch: [SettledRun], _ report: SettlementReport) {
        for effect in report.stale {
            logger.warning("a result came too late and was ignored", metadata: ["effect": "\(effect)"])
        }
        guard !report.failedWork.isEmpty else { return onSettled(batch) }
        var done: [SettledRun] = []
        for run in batch {
            guard let error = report.failedWork[run.effect],
                let failed = performer.settled(run, afterFailedWork: error)
            else {
                done.append(run)
                continue
            }
            submit(failed)
        }
        onSettled(done)
    }
}
