import Ensue
import EnsueTesting
import ServiceLifecycle
import Testing

/// What becomes of runs that outlast the grace period of a stop.
@Suite(.timeLimit(.minutes(2))) struct InterruptingTests {
    private let clock = ManualClock()
    private let bench: EngineBench
    private let journal = Journal()
    private let gate = Gate()

    init() throws { bench = try EngineBench(clock: clock) }

    private func blocking(_ policy: HandlerPolicy = .standard) -> Handlers {
        .job(policy) { [journal, gate] job, context in
            guard job.name == "blocks" else { return .completed() }
            journal.note("started")
            try context.request(Job(name: "requested by what blocked"))
            do { try await gate.pass() } catch {
                journal.note("stopped")
                throw error
            }
            return .completed()
        }
    }

    private func expectNothingHeld() async throws {
        #expect(try await bench.rows(of: "leases", "workers") == 0)
    }

    @Test func `after the grace period a run is cancelled, and its effect is ready for another engine`() async throws {
        let engine = try bench.engine(blocking())
        let service = engine.service()
        async let end: Void = service.run()
        let id = try await engine.request(Job(name: "blocks")).id
        try await journal.entries(atLeast: 1)
        await service.triggerGracefulShutdown()
        try await clock.pass(.zero) { try await journal.entries(atLeast: 2) }
        try await end
        #expect(clock.uptime() >= EngineOptions().grace)

        let record = try #require(try await engine.effect(id))
        #expect(record.state == .ready(run: 2))
        #expect(record.attempts.map(\.result) == [.interrupted])
        #expect(try await bench.ledger().count == 1, "an interrupted run requests nothing")
        try await expectNothingHeld()

        gate.open()
        let successor = try bench.engine(blocking(.retrying(attempts: 1)), on: bench.secondStore())
        let outcome = try await successor.working { try await successor.outcome(of: id) }
        #expect(outcome.kind == .completed)
    }

    @Test func `a run whose effect has ended in a later one is cancelled as well`() async throws {
        let tokens = Journal()
        let handlers = Handlers.job(HandlerPolicy(backoff: .fixed(.zero))) { [journal, gate] _, context in
            tokens.note(context.completion.token)
            guard context.run == 1 else { return .completed() }
            do { try await gate.pass() } catch { journal.note("stopped") }
            return .completed()
        }
        let engine = try bench.engine(handlers)
        let service = engine.service()
        async let end: Void = service.run()
        let id = try await engine.request(Job(name: "overtaken")).id
        let token = try await tokens.entries(atLeast: 1)[0]
        _ = try await engine.complete(token, .failed(error: "said somebody else", retry: true))
        #expect(try await engine.outcome(of: id).run == 2)
        await service.triggerGracefulShutdown()
        try await clock.pass(.zero) { try await journal.entries(atLeast: 1) }
        try await end
        #expect(try await engine.effect(id)?.outcome?.run == 2)
    }

    @Test func `what must not be repeated blindly is uncertain after an interruption, and a person decides`()
        async throws
    {
        let engine = try bench.engine(blocking(.atMostOnce))
        let service = engine.service()
        async let end: Void = service.run()
        let id = try await engine.request(Job(name: "blocks")).id
        try await journal.entries(atLeast: 1)
        await service.triggerGracefulShutdown()
        try await clock.pass(.zero) { try await journal.entries(atLeast: 2) }
        try await end
        let record = try #require(try await engine.effect(id))
        #expect(record.state == .uncertain(run: 1))
        #expect(record.attempts.map(\.result) == [.interrupted])
        let resolved = try await engine.command(.resolve(.completed(output: nil)), on: id)
        #expect(resolved?.outcome?.kind == .completed)
    }

    @Test func `a run that finishes in spite of being cancelled has completed`() async throws {
        let handlers = Handlers.job { [journal, gate] _, _ in
            journal.note("started")
            do { try await gate.pass() } catch { journal.note("stopped") }
            return .completed()
        }
        let engine = try bench.engine(handlers, options: EngineOptions(lease: .seconds(86_400), grace: .zero))
        let id = try await engine.working {
            let id = try await engine.request(Job(name: "stubborn")).id
            try await journal.entries(atLeast: 1)
            return id
        }
        #expect(try await engine.effect(id)?.outcome?.kind == .completed)
        #expect(journal.value == ["started", "stopped"])
    }

    @Test func `an engine whose task is cancelled interrupts its runs at once`() async throws {
        let engine = try bench.engine(blocking())
        let id = try await withThrowingTaskGroup { group in
            group.addTask { try await engine.run() }
            let id = try await engine.request(Job(name: "blocks")).id
            try await journal.entries(atLeast: 1)
            group.cancelAll()
            try await group.waitForAll()
            return id
        }
        #expect(try await engine.effect(id)?.state == .ready(run: 2))
        #expect(clock.uptime() == .zero, "without any grace")
        try await expectNothingHeld()
    }
}
