import Ensue
import EnsueTesting
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(2))) struct StoppingTests {
    private let clock = ManualClock()
    private let bench: EngineBench
    private let journal = Journal()
    private let gate = Gate()

    init() throws { bench = try EngineBench(clock: clock) }

    private func gated(_ policy: HandlerPolicy = .standard) -> Handlers {
        .job(policy) { [journal, gate] job, context in
            journal.note(job.name)
            if job.name == "blocks" {
                try context.request(Job(name: "requested by what blocked"))
                try await gate.pass()
            }
            return .completed()
        }
    }

    private func expectNothingHeld() async throws {
        #expect(try await bench.rows(of: "leases", "workers") == 0)
    }

    @Test func `a graceful stop lets runs finish and gives back what was not started`() async throws {
        let engine = try bench.engine(gated(HandlerPolicy(concurrency: 1)))
        let service = engine.service()
        async let end: Void = service.run()
        // On a clock that stands still runs take no time, so that as much as possible is fetched ahead.
        _ = try await engine.outcome(of: try await engine.request(Job(name: "quick")).id)
        let waiting = (1...20).map { EffectRequest.job("waits \($0)") }
        let ids = try await engine.request([.job("blocks", priority: .urgent)] + waiting).map(\.id)
        try await journal.entries(atLeast: 2)
        #expect(try await engine.effect(ids[20])?.state.name == "running", "it has been fetched ahead")

        await service.triggerGracefulShutdown()
        for id in ids.dropFirst() {
            let record = try await engine.effect(id, becomes: "ready")
            #expect(record.state == .ready(run: 1))
        }
        #expect(try await engine.effect(ids[0])?.state.name == "running")
        gate.open()
        try await end

        #expect(try await engine.effect(ids[0])?.outcome?.kind == .completed)
        #expect(journal.value == ["quick", "blocks"])
        #expect(try await bench.rows(of: "attempts") == 0)
        #expect(try await bench.ledger().last?.state == .ready(run: 1), "the last result was stored whole")
        try await expectNothingHeld()
    }

    @Test func `a stop waits until every result is written, although the store refuses at first`() async throws {
        let store = FaultingStore(bench.store, faults: .fails(call: 1, of: .settle), .fails(call: 2, of: .settle))
        let engine = try bench.engine(gated(), on: store)
        let service = engine.service()
        async let end: Void = service.run()
        let id = try await engine.request(Job(name: "quick")).id
        try await journal.entries(atLeast: 1)
        await service.triggerGracefulShutdown()
        let outcome = try await clock.pass(.zero) { try await engine.outcome(of: id) }
        #expect(outcome.kind == .completed && outcome.run == 1)
        try await end
        try await expectNothingHeld()
    }

    @Test func `an engine that retires old effects stops as well`() async throws {
        let options = EngineOptions(lease: .seconds(86_400), retention: .seconds(3600))
        let engine = try bench.engine(gated(), options: options)
        try await engine.working {
            _ = try await engine.outcome(of: try await engine.request(Job(name: "quick")).id)
        }
        try await expectNothingHeld()
    }

    @Test func `an engine that has stopped lets go of its store`() async throws {
        weak var store: FaultingStore?
        try await {
            let second = FaultingStore(try bench.secondStore())
            store = second
            let engine = try bench.engine(gated(), on: second)
            try await engine.working {
                _ = try await engine.outcome(of: try await engine.request(Job(name: "quick")).id)
            }
        }()
        #expect(store == nil)
    }
}
