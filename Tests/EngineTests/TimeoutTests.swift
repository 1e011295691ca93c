import Ensue
import EnsueTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct TimeoutTests {
    private let clock = ManualClock()
    private let bench: EngineBench
    private let journal = Journal()
    private let gate = Gate()

    init() throws { bench = try EngineBench(clock: clock) }

    @Test func `a run that takes too long is cancelled and has spent an attempt`() async throws {
        let policy = HandlerPolicy(attempts: 2, backoff: .fixed(.zero), timeout: .seconds(30))
        let handlers = Handlers.job(policy) { [journal, gate, clock] _, context in
            #expect(context.deadline.map { $0 - clock.now() <= .seconds(30) } == true)
            journal.note("run \(context.run)")
            do { try await gate.pass() } catch {
                journal.note("run \(context.run) cancelled: \(context.isCancelled)")
                throw error
            }
            return .completed()
        }
        let engine = try bench.engine(handlers)
        try await engine.working {
            let id = try await engine.request(Job(name: "slow")).id
            try await journal.entries(atLeast: 1)
            try await clock.pass(.seconds(30)) { try await journal.entries(atLeast: 3) }
            let outcome = try await clock.pass(.seconds(30)) { try await engine.outcome(of: id) }
            #expect(outcome.kind == .failed && outcome.run == 2)
            #expect(outcome.error == "the run took longer than 30.0 seconds")
            let attempts = try #require(try await engine.effect(id)).attempts
            #expect(attempts.map(\.result) == [.failed])
            #expect(attempts.map(\.error) == ["the run took longer than 30.0 seconds"])
        }
        #expect(journal.value == ["run 1", "run 1 cancelled: true", "run 2", "run 2 cancelled: true"])
    }

    @Test func `a run within its time is left alone`() async throws {
        let policy = HandlerPolicy(attempts: 1, timeout: .seconds(30))
        let engine = try bench.engine(
            .job(policy) { [journal, gate] _, context in
                journal.note("started")
                try await gate.pass()
                return .completed()
            })
        try await engine.working {
            let id = try await engine.request(Job(name: "just in time")).id
            try await journal.entries(atLeast: 1)
            clock.advance(by: .seconds(29))
            gate.open()
            #expect(try await engine.outcome(of: id).kind == .completed)
            clock.advance(by: .seconds(60))
        }
    }

    @Test func `a handler that ignores its timeout is settled at once, and its late result is stale`() async throws {
        defer { gate.open() }
        let policy = HandlerPolicy(attempts: 2, backoff: .fixed(.zero), timeout: .seconds(30), concurrency: 2)
        var handlers = Handlers()
        handlers.handle("test.stubborn", policy: policy) { [journal, gate] _, context in
            journal.note("run \(context.run)")
            if context.run == 1 {
                try context.request(Job(name: "from a run that had timed out"))
                await gate.passStubbornly()
                journal.note("late")
            }
            return .completed(["run": .number(JSONNumber(context.run))])
        }
        let engine = try bench.engine(handlers)
        let id = try await engine.working {
            let id = try await engine.request([EffectRequest(kind: "test.stubborn", payload: .emptyObject)])[0].id
            try await journal.entries(atLeast: 1)
            let outcome = try await clock.pass(.seconds(30)) { try await engine.outcome(of: id) }
            #expect(outcome.output?.text == #"{"run":2}"#)
            #expect(journal.value == ["run 1", "run 2"], "the first run is still going on")
            gate.open()
            try await journal.entries(atLeast: 3)
            return id
        }
        let record = try #require(try await engine.effect(id))
        #expect(record.outcome?.output?.text == #"{"run":2}"#)
        #expect(record.attempts.map(\.result) == [.failed])
        #expect(try await bench.ledger().count == 1, "a late run requests nothing")
        #expect(try await bench.count(.stale, "test.stubborn") == 1)
    }
}
