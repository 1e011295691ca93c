internal import Synchronization

/// Runs handlers: one claimed effect in, one settled run out. Nothing a handler does can throw past it.
package struct Performer: Sendable {
    let handlers: [EffectKind: RegisteredHandler]
    let environment: RunEnvironment
    let random: any Randomness

    package init(handlers: [EffectKind: RegisteredHandler], environment: RunEnvironment, random: any Randomness) {
        self.handlers = handlers
        self.environment = environment
        self.random = random
    }

    /// Runs the handler of `claimed` in a task of its own, which `control` can stop, and hands over what follows.
    ///
    /// A run that takes too long is handed over at once as timed out; the function returns when its task has ended. If
    /// that finishes in spite of it, its result is handed over as `late`, to be found stale.
    func perform(
        _ claimed: ClaimedEffect, control: RunControl, handOver: @Sendable (SettledRun) -> Void,
        late: @Sendable (SettledRun) -> Void = { _ in }
    ) async {
        guard let handler = handlers[claimed.kind] else { return }
        let startedAt = environment.clock.now()
        let context = HandlerContext(
            claimed, deadline: handler.policy.timeout.map { startedAt + $0 }, environment: environment)
        guard case .run(let body) = handler.body else {
            return handOver(settled(claimed, handler, context, startedAt))
        }
        await withTaskGroup(of: RunResult.self) { group in
            group.addAtOnce {
                let result = await Self.result(of: body, claimed, context)
                control.finish()
                return result
            }
            let stop = await control.verdict()
            if stop != nil { group.cancelAll() }
            if case .timedOut(let span) = stop {
                handOver(settled(claimed, handler, .timedOut(after: span), startedAt))
                guard let result = await group.next(), result.keepsRequests else { return }
                late(settled(claimed, handler, result, startedAt))
                return
            }
            guard let result = await group.next() else { return }
            let wasStopped = stop == .interrupted || (stop == nil && Task.isCancelled)
            let meaning = Self.meaning(of: result, cancelled: stop == .cancelled, interrupted: wasStopped)
            handOver(settled(claimed, handler, meaning, startedAt, context))
        }
    }

    /// As ``perform(_:control:handOver:)`` for callers that never stop a run.
    package func perform(_ claimed: ClaimedEffect) async -> SettledRun? {
        let settled = Mutex<SettledRun?>(nil)
        await perform(claimed, control: RunControl()) { run in settled.withLock { $0 = run } }
        return settled.withLock { $0 }
    }

    /// What follows when a handler's own writes into the settling transaction threw.
    package func settled(_ run: SettledRun, afterFailedWork error: any Error) -> SettledRun? {
        guard let handler = handlers[run.kind] else { return nil }
        let transition = Transition.settling(
            Self.failure(error), policy: handler.policy, history: run.claimed.history, random: random.fraction())
        return SettledRun(of: run.claimed, startedAt: run.startedAt, transition: transition)
    }

    private static func result(
        of body: RegisteredHandler.Run, _ claimed: ClaimedEffect, _ context: HandlerContext
    ) async -> RunResult {
        do {
            return switch try await body(claimed, context) {
            case .completed(let output): .completed(output: output)
            case .deferred(let span): .deferred(within: span)
            case .snoozed(let span): .snoozed(for: span)
            }
        } catch {
            return failure(error)
        }
    }

    private static func failure(_ error: any Error) -> RunResult {
        switch error {
        case let rejection as Rejection: .rejected(reason: rejection.description)
        case let later as RetryLater: .failed(error: later.description, delay: later.delay)
        default: .failed(error: explain(error), delay: nil)
        }
    }

    /// A handler that finishes in spite of being stopped has finished; one that fails then was stopped.
    private static func meaning(of result: RunResult, cancelled: Bool, interrupted: Bool) -> RunResult {
        switch result {
        case .failed, .rejected: cancelled ? .cancelled : interrupted ? .interrupted : result
        default: result
        }
    }

    private func settled(
        _ claimed: ClaimedEffect, _ handler: RegisteredHandler, _ result: RunResult, _ startedAt: Timestamp,
        _ context: HandlerContext? = nil
    ) -> SettledRun {
        let transition = Transition.settling(
            result, policy: handler.policy, history: claimed.history, random: random.fraction())
        guard result.keepsRequests, let buffered = context?.takeBuffered() else {
            return SettledRun(of: claimed, startedAt: startedAt, transition: transition)
        }
        return SettledRun(
            of: claimed, startedAt: startedAt, transition: transition, events: buffered.events,
            requests: buffered.requests)
    }

    /// A handler that runs inside the settling transaction is not run here: the settled run carries it.
    private func settled(
        _ claimed: ClaimedEffect, _ handler: RegisteredHandler, _ context: HandlerContext, _ startedAt: Timestamp
    ) -> SettledRun {
        guard case .inTransaction(let storeID, let body) = handler.body else {
            return settled(claimed, handler, .interrupted, startedAt)
        }
        let work = TransactionWork(storeID: storeID) { transaction in
            // A settling that is repeated runs this again, with nothing left of the time before.
            _ = context.takeBuffered()
            let output = try body(claimed, context, transaction)
            let buffered = context.takeBuffered()
            return TransactionResult(output: output, events: buffered.events, requests: buffered.requests)
        }
        return SettledRun(
            of: claimed, startedAt: startedAt, transition: Transition(to: .ended(.completed)), work: work)
    }
}

extension RunResult {
    /// Whether what the run recorded and requested is stored: a failed run requests nothing.
    var keepsRequests: Bool {
        switch self {
        case .completed, .deferred, .snoozed: true
        case .failed, .rejected, .timedOut, .cancelled, .interrupted: false
        }
    }
}

extension TaskGroup {
    /// Adds a child task that begins on this thread, where the platform can: a handler that never waits costs no
    /// switch between threads.
    fileprivate mutating func addAtOnce(_ operation: @escaping @Sendable @concurrent () async -> ChildTaskResult) {
        if #available(macOS 26, *) { addImmediateTask(operation: operation) } else { addTask(operation: operation) }
    }
}
