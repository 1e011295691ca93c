import Ensue
import EnsueTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct CancellingTests {
    private let bench: EngineBench
    private let journal = Journal()
    private let gate = Gate()

    init() throws { bench = try EngineBench() }

    private var patient: Handlers {
        .job { [journal, gate] job, _ in
            journal.note("\(job.name) started")
            do { try await gate.pass() } catch {
                journal.note("\(job.name) stopped")
                if job.name == "dutiful" { return .completed() }
                throw error
            }
            return .completed()
        }
    }

    @Test func `a waiting effect is cancelled at once and never runs`() async throws {
        let engine = try bench.engine(patient)
        let ready = try await engine.request(Job(name: "ready")).id
        let later = try await engine.request(Job(name: "later"), due: SystemClock().now() + .seconds(3600)).id
        for id in [ready, later] {
            let record = try #require(try await engine.command(.cancel(reason: "changed my mind"), on: id))
            #expect(record.outcome?.kind == .cancelled)
            #expect(record.outcome?.error == "changed my mind")
            #expect(record.outcome?.run == 0 && record.outcome?.startedAt == nil)
        }
        gate.open()
        try await engine.working {
            let other = try await engine.request(Job(name: "other"))
            #expect(try await other.outcome(within: .seconds(60))?.kind == .completed)
        }
        #expect(journal.value == ["other started"])
    }

    @Test func `a running effect is cancelled through its task`() async throws {
        let engine = try bench.engine(patient)
        try await engine.working {
            let id = try await engine.request(Job(name: "obedient")).id
            try await journal.entries(atLeast: 1)
            #expect(try await engine.command(.cancel(reason: nil), on: id)?.state.name == "running")
            let outcome = try await engine.outcome(of: id)
            #expect(outcome.kind == .cancelled && outcome.run == 1)
            #expect(journal.value == ["obedient started", "obedient stopped"])
            #expect(try await engine.effect(id)?.attempts == [], "a cancellation is no failure")
            await #expect(throws: Refusal.self) { try await engine.command(.cancel(reason: nil), on: id) }
        }
    }

    @Test func `a handler that finishes in spite of being cancelled has completed`() async throws {
        let engine = try bench.engine(patient)
        try await engine.working {
            let id = try await engine.request(Job(name: "dutiful")).id
            try await journal.entries(atLeast: 1)
            _ = try await engine.command(.cancel(reason: nil), on: id)
            #expect(try await engine.outcome(of: id).kind == .completed)
            #expect(journal.value == ["dutiful started", "dutiful stopped"])
        }
    }

    @Test func `a running effect can be cancelled by another process`() async throws {
        let engine = try bench.engine(patient)
        let other = try bench.engine(on: bench.secondStore())
        try await engine.working {
            let id = try await engine.request(Job(name: "distant")).id
            try await journal.entries(atLeast: 1)
            _ = try await other.command(.cancel(reason: nil), on: id)
            #expect(try await engine.outcome(of: id).kind == .cancelled)
        }
    }

    @Test func `cancelling one effect leaves the others running`() async throws {
        let engine = try bench.engine(patient)
        try await engine.working {
            let ids = try await engine.request(["one", "two", "three"].map { .job($0) }).map(\.id)
            try await journal.entries(atLeast: 3)
            _ = try await engine.command(.cancel(reason: nil), on: ids[1])
            #expect(try await engine.outcome(of: ids[1]).kind == .cancelled)
            gate.open()
            for id in [ids[0], ids[2]] { #expect(try await engine.outcome(of: id).kind == .completed) }
        }
    }

    @Test func `a run is cancelled although an earlier one of its effect has only just ended`() async throws {
        let (tokens, gate, runs) = (Journal(), Gate(), Journal())
        defer { gate.open() }
        let handlers = Handlers.job(HandlerPolicy(backoff: .fixed(.zero))) { [journal] _, context in
            tokens.note(context.completion.token)
            if context.run == 1 { await gate.passStubbornly() } else { try await journal.entries(atLeast: 1) }
            return .completed()
        }
        let options = EngineOptions(lease: .seconds(86_400)) { runs.note("\($0.run)") }
        let engine = try bench.engine(handlers, options: options)
        try await engine.working {
            let id = try await engine.request(Job(name: "overtaken")).id
            let token = try await tokens.entries(atLeast: 1)[0]
            _ = try await engine.complete(token, .failed(error: "said somebody else", retry: true))
            try await tokens.entries(atLeast: 2)
            gate.open()
            try await runs.entries(atLeast: 1)
            _ = try await engine.command(.cancel(reason: nil), on: id)
            #expect(try await engine.outcome(of: id).kind == .cancelled)
        }
    }

    @Test func `an effect that was fetched ahead and is cancelled before its start never runs`() async throws {
        // On a clock that stands still runs take no time, so that as much as possible is fetched ahead.
        let bench = try EngineBench(clock: ManualClock())
        let handlers = Handlers.job(HandlerPolicy(concurrency: 1)) { [journal, gate] job, _ in
            journal.note(job.name)
            if job.name == "blocks" { try await gate.pass() }
            return .completed()
        }
        let engine = try bench.engine(handlers)
        try await engine.working {
            _ = try await engine.outcome(of: try await engine.request(Job(name: "quick")).id)
            let ids = try await engine.request([.job("blocks", priority: .urgent), .job("behind"), .job("last")])
                .map(\.id)
            try await journal.entries(atLeast: 2)
            _ = try await engine.command(.cancel(reason: nil), on: ids[1])
            #expect(try await engine.outcome(of: ids[1]).kind == .cancelled, "while the other one still blocks")
            gate.open()
            #expect(try await engine.outcome(of: ids[2]).kind == .completed)
        }
        #expect(journal.value == ["quick", "blocks", "last"])
    }
}
