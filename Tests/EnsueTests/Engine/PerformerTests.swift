import EnsueTesting
import Logging
import Synchronization
import Testing

@testable import Ensue

/// What becomes of a run, whatever its handler does and whoever stops it.
@Suite(.timeLimit(.minutes(1)))
final class PerformerTests: Sendable {
    private struct Broken: Error, CustomStringConvertible { let description = "broken" }

    private let clock = ManualClock()
    private let store: any Store

    init() async throws { store = try await TestEngine(Handlers(), clock: clock).store }

    private func performer(
        policy: HandlerPolicy = HandlerPolicy(attempts: 2, backoff: .fixed(.seconds(9))),
        _ body: @escaping @Sendable @concurrent (JSONValue, HandlerContext) async throws -> Handled<JSONValue>
    ) -> Performer {
        var handlers = Handlers()
        handlers.handle("test", policy: policy, body)
        let environment = RunEnvironment(
            store: store, clock: clock, logger: Logger(label: "test"), handlers: Handlers())
        return Performer(handlers: handlers.registered, environment: environment, random: SeededRandomness())
    }

    /// Performs with a control that has been stopped as soon as the handler runs.
    private func perform(
        stopping stop: RunControl.Stop, policy: HandlerPolicy = HandlerPolicy(attempts: 2),
        _ body: @escaping @Sendable @concurrent (HandlerContext) async throws -> Handled<JSONValue>
    ) async throws -> SettledRun {
        let control = RunControl()
        let performer = performer(policy: policy) { _, context in
            control.stop(stop)
            return try await body(context)
        }
        let settled = Mutex<[SettledRun]>([])
        await performer.perform(claimedEffect(), control: control) { run in
            settled.withLock { $0.append(run) }
        } late: { run in
            late.withLock { $0.append(run) }
        }
        let runs = settled.withLock { $0 }
        try #require(runs.count == 1, "a run is handed over exactly once")
        return runs[0]
    }

    /// Results that came after their run had been handed over.
    private let late = Mutex<[SettledRun]>([])

    /// Waits until the task is cancelled.
    private static func untilCancelled() async {
        do { try await ManualClock().sleep(for: .seconds(1)) } catch { return }
    }

    @Test func `what a handler returns is settled`() async throws {
        let completed = await performer { _, _ in .completed("done") }.perform(claimedEffect())
        #expect(completed?.transition == Transition(to: .ended(.completed, output: JSONText("done"))))
        #expect(completed?.startedAt == clock.now())
        let deferred = await performer { _, _ in .deferred(within: .seconds(5)) }.perform(claimedEffect())
        #expect(deferred?.transition.destination == .deferred(within: .seconds(5)))
        let snoozed = await performer { _, _ in .snoozed(for: .seconds(5)) }.perform(claimedEffect())
        #expect(snoozed?.transition.attempted?.result == .snoozed)
    }

    @Test func `what a handler throws fails the run: for good, later, or by the policy`() async throws {
        let rejected = await performer { _, _ in throw Rejection("no") }.perform(claimedEffect())
        #expect(rejected?.transition == Transition(to: .ended(.failed, error: "no")))
        let later = await performer { _, _ in throw RetryLater("busy", after: .seconds(60)) }.perform(claimedEffect())
        #expect(later?.transition.destination == .scheduled(after: .seconds(60)))
        let broken = await performer { _, _ in throw Broken() }.perform(claimedEffect())
        #expect(
            broken?.transition
                == Transition(to: .scheduled(after: .seconds(9)), attempted: .init(.failed, error: "broken")))
        let last = await performer { _, _ in throw Broken() }.perform(
            claimedEffect(history: EffectHistory(spent: 1)))
        #expect(last?.transition == Transition(to: .ended(.failed, error: "broken")))
    }

    @Test func `an error that is about cancellation is a failure where nobody cancelled`() async throws {
        let run = await performer { _, _ in throw CancellationError() }.perform(claimedEffect())
        #expect(run?.transition.attempted?.result == .failed)
    }

    @Test func `a run that stops because its effect was cancelled is cancelled, not failed`() async throws {
        let run = try await perform(stopping: .cancelled) { _ in
            await Self.untilCancelled()
            try Task.checkCancellation()
            return .completed(nil)
        }
        guard case .ended(.cancelled, _, _) = run.transition.destination else {
            Issue.record("it should be cancelled, not \(run.transition)")
            return
        }
    }

    @Test func `a run that stops because the worker stops is interrupted, and spends nothing`() async throws {
        let run = try await perform(stopping: .interrupted) { _ in
            await Self.untilCancelled()
            throw Broken()
        }
        #expect(run.transition.destination == .ready)
        #expect(run.transition.attempted?.result == .interrupted)
    }

    @Test func `an interrupted run that must not be repeated blindly is uncertain`() async throws {
        let run = try await perform(stopping: .interrupted, policy: .atMostOnce) { _ in
            await Self.untilCancelled()
            throw Broken()
        }
        #expect(run.transition.destination == .uncertain)
    }

    @Test(arguments: [RunControl.Stop.cancelled, .interrupted])
    func `a run that finishes although it was stopped has finished`(_ stop: RunControl.Stop) async throws {
        let run = try await perform(stopping: stop) { context in
            await Self.untilCancelled()
            try context.request(EffectRequest(kind: "next", payload: .emptyObject))
            return .completed("done")
        }
        #expect(run.transition == Transition(to: .ended(.completed, output: JSONText("done"))))
        #expect(run.requests.count == 1)
    }

    @Test func `a run that takes too long is handed over as that, whatever becomes of it afterwards`() async throws {
        let run = try await perform(stopping: .timedOut(.seconds(30))) { context in
            await Self.untilCancelled()
            try context.request(EffectRequest(kind: "next", payload: .emptyObject))
            return .completed("too late")
        }
        #expect(run.transition.attempted?.result == .failed)
        #expect(run.transition.attempted?.error?.contains("30") == true)
        #expect(run.requests.isEmpty)
        let late = late.withLock { $0 }
        #expect(late.map(\.transition) == [Transition(to: .ended(.completed, output: JSONText("too late")))])
        #expect(late.allSatisfy { $0.requests.isEmpty })
    }

    @Test func `a run that took too long and then fails is not heard of again`() async throws {
        _ = try await perform(stopping: .timedOut(.seconds(30))) { _ in
            await Self.untilCancelled()
            throw Broken()
        }
        let count = late.withLock { $0.count }
        #expect(count == 0)
    }

    @Test func `a run whose caller is cancelled is interrupted`() async throws {
        let performer = performer { _, _ in
            await Self.untilCancelled()
            throw CancellationError()
        }
        let running = Task { await performer.perform(claimedEffect()) }
        running.cancel()
        #expect(await running.value?.transition.attempted?.result == .interrupted)
    }

    @Test func `an effect of an unknown kind is not performed`() async throws {
        let run = await performer { _, _ in .completed(nil) }.perform(claimedEffect(kind: "other"))
        #expect(run == nil)
    }
}
