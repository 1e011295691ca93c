import Ensue
import EnsueTesting
import Testing

/// Two engines on one file, as in two processes.
@Suite(.timeLimit(.minutes(2))) struct TwoEnginesTests {
    private let bench: EngineBench
    private let runs = Watched<[EffectID: [String]]>([:])

    init() throws { bench = try EngineBench() }

    @Test func `two engines share the work, and each effect runs once`() async throws {
        let hasBoth: @Sendable ([EffectID: [String]]) -> Bool = { Set($0.values.joined()).count == 2 }
        func engine(_ name: String, on store: any Store) throws -> Engine {
            try bench.engine(
                .job(HandlerPolicy(concurrency: 1)) { [runs] _, context in
                    runs.change { $0[context.effect, default: []].append(name) }
                    // Neither finishes its first before the other one has begun.
                    try await runs.wait(until: hasBoth)
                    return .completed()
                }, on: store)
        }
        let (first, second) = try (engine("first", on: bench.store), engine("second", on: bench.secondStore()))
        try await first.working {
            try await second.working {
                let ids = try await first.request((1...100).map { .job("job \($0)") }).map(\.id)
                let ledger = try await bench.quiet()
                #expect(ledger.map(\.id) == ids && ledger.allSatisfy { $0.outcome?.kind == .completed })
            }
        }
        #expect(runs.value.count == 100 && runs.value.values.allSatisfy { $0.count == 1 })
        #expect(Set(runs.value.values.joined()) == ["first", "second"])
        #expect(try await bench.count(.completed, Job.kind) == 100)
    }

    @Test func `events recorded by one process are heard in the other, and routed once`() async throws {
        var handlers = Handlers()
        handlers.listen(to: PollCompleted.self, as: "listener") { [runs] poll, context in
            runs.change { $0[context.effect, default: []].append("\(poll.score)") }
        }
        let (worker, other) = try (bench.engine(handlers), bench.engine(on: bench.secondStore()))
        try await worker.working {
            try await other.working {
                // What is recorded before the listener is registered is none of its business.
                for await _ in bench.store.changes() {
                    if try await bench.store.knownKinds().contains("listener.listener") { break }
                }
                for score in 1...50 { try await other.record(PollCompleted(phone: "070", score: score)) }
                try await bench.quiet()
            }
        }
        #expect(runs.value.values.map { $0.joined(separator: " ") }.sorted() == (1...50).map(String.init).sorted())
        #expect(try await bench.ledger().count == 50)
    }

    @Test func `an engine waits for an outcome that another process brings about`() async throws {
        let worker = try bench.engine(.job { _, _ in .completed() }, on: bench.secondStore())
        let producer = try bench.engine()
        try await worker.working {
            let request = try await producer.request(Job(name: "over there"))
            #expect(try await request.outcome(within: .seconds(60))?.kind == .completed)
        }
    }

    @Test func `what a dead worker had claimed is run by a living one`() async throws {
        let clock = ManualClock()
        let bench = try EngineBench(clock: clock)
        let engine = try bench.engine(.job { _, _ in .completed() }, options: EngineOptions(lease: .seconds(60)))
        let id = try await engine.request(Job(name: "survivor")).id
        let claim = Claim(
            worker: WorkerID(rawValue: 1), firstLease: LeaseID(rawValue: 1),
            quotas: [Claim.Quota(kind: Job.kind, limit: 10)], lease: .seconds(60))
        #expect(try await engine.store.claim(claim).map(\.id) == [id])
        try await engine.working {
            let outcome = try await clock.pass(.zero) { try await engine.outcome(of: id) }
            #expect(outcome.kind == .completed && outcome.run == 2)
            #expect(try await engine.effect(id)?.attempts.map(\.result) == [.lost])
        }
    }

    @Test func `what an engine has fetched ahead and cannot start goes to one that can`() async throws {
        let clock = ManualClock()
        let bench = try EngineBench(clock: clock)
        let (gate, journal) = (Gate(), Journal())
        func engine(_ name: String, on store: any Store) throws -> Engine {
            try bench.engine(
                .job(HandlerPolicy(concurrency: 1)) { job, _ in
                    journal.note("\(job.name) on \(name)")
                    if job.name == "blocks" { try await gate.pass() }
                    return .completed()
                }, on: store)
        }
        let (first, second) = try (engine("first", on: bench.store), engine("second", on: bench.secondStore()))
        try await first.working {
            _ = try await first.outcome(of: try await first.request(Job(name: "quick")).id)
            let ids = try await first.request([.job("blocks", priority: .urgent), .job("behind")]).map(\.id)
            try await journal.entries(atLeast: 2)
            #expect(try await first.effect(ids[1])?.state.name == "running", "it has been fetched ahead")
            try await second.working {
                let outcome = try await clock.pass(.zero) { try await first.outcome(of: ids[1]) }
                #expect(outcome.kind == .completed && outcome.run == 1)
                gate.open()
                #expect(try await first.outcome(of: ids[0]).run == 1)
            }
        }
        #expect(journal.value == ["quick on first", "blocks on first", "behind on second"])
    }
}
