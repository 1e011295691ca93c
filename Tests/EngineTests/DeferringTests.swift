import Ensue
import EnsueTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct DeferringTests {
    private let clock = ManualClock()
    private let bench: EngineBench
    private let tokens = Journal()

    init() throws { bench = try EngineBench(clock: clock) }

    /// Hands every run to whoever has its token, for an hour.
    private func deferring(_ policy: HandlerPolicy = HandlerPolicy(backoff: .fixed(.zero))) -> Handlers {
        .job(policy) { [tokens] job, context in
            guard job.name != "follow-up" else { return .completed() }
            try context.request(Job(name: "follow-up"))
            tokens.note(context.completion.token)
            return .deferred(within: .seconds(3600))
        }
    }

    private func deferred(_ engine: Engine, _ name: String = "upload") async throws -> EffectID {
        let id = try await engine.request([EffectRequest.job(name)])[0].id
        let record = try await engine.effect(id, becomes: "deferred")
        guard case .deferred(let run, _, let deadline) = record.state else { return id }
        #expect(run == 1 && deadline == clock.now() + .seconds(3600))
        return id
    }

    @Test func `a deferred effect is completed by its token from another process, and only once`() async throws {
        let engine = try bench.engine(deferring())
        let other = try bench.engine(on: bench.secondStore())
        try await engine.working {
            let id = try await deferred(engine)
            let token = tokens.value[0]
            let record = try await other.complete(token, .completed(output: JSONText(["uploaded": 17])))
            let outcome = try #require(record?.outcome)
            #expect(outcome.kind == .completed && outcome.run == 1 && outcome.output?.text == #"{"uploaded":17}"#)
            #expect(try await engine.outcome(of: id) == outcome)
            for again in [CompletionReport.completed(output: nil), .failed(error: "no", retry: true)] {
                let refusal = await #expect(throws: Refusal.self) { try await engine.complete(token, again) }
                #expect(refusal?.state == .ended(outcome), "a second completion is refused with the outcome")
            }
            #expect(try await engine.outcome(of: id) == outcome)
        }
    }

    @Test func `what a run requests before it is deferred is requested when it is parked`() async throws {
        let engine = try bench.engine(deferring())
        try await engine.working {
            let id = try await deferred(engine)
            let ledger = try await bench.ledger()
            #expect(ledger.dropFirst().first?.origin == EffectOrigin(effect: id))
        }
    }

    @Test func `a completion while the run still goes on wins, and the handler's own result is stale`() async throws {
        let gate = Gate()
        defer { gate.open() }
        var handlers = Handlers()
        handlers.handle("test.slow") { [tokens] _, context in
            tokens.note(context.completion.token)
            try context.request(Job(name: "from a result that came too late"))
            await gate.passStubbornly()
            return .completed("mine")
        }
        let engine = try bench.engine(handlers)
        let id = try await engine.working {
            let id = try await engine.request([EffectRequest(kind: "test.slow", payload: .emptyObject)])[0].id
            let token = try await tokens.entries(atLeast: 1)[0]
            let record = try await engine.complete(token, .completed(output: JSONText("theirs")))
            #expect(record?.outcome?.output?.text == #""theirs""#)
            gate.open()
            return id
        }
        #expect(try await engine.effect(id)?.outcome?.output?.text == #""theirs""#)
        #expect(try await bench.count(.stale, "test.slow") == 1)
        #expect(try await bench.count(.completed, "test.slow") == 1)
        #expect(try await bench.ledger().count == 1)
    }

    @Test func `a deferral that nobody completes in time is followed by another run`() async throws {
        let engine = try bench.engine(deferring(HandlerPolicy(attempts: 2)))
        try await engine.working {
            let id = try await deferred(engine)
            let second = try await clock.pass(.seconds(3600)) {
                try await engine.effect(id) { $0.state.name == "deferred" && $0.attempts.count == 1 }
            }
            #expect(second.attempts.map(\.result) == [.expired])
            #expect(second.state.runs == 2)
            let outcome = try await clock.pass(.seconds(3600)) { try await engine.outcome(of: id) }
            #expect(outcome.kind == .failed && outcome.run == 2, "a deferral in vain is a spent attempt")
            #expect(outcome.error == "nobody completed the deferred run in time")
        }
    }

    @Test func `a reported failure is left to the policy, or ends the effect`() async throws {
        let engine = try bench.engine(deferring())
        try await engine.working {
            let id = try await deferred(engine)
            let first = tokens.value[0]
            _ = try await engine.complete(first, .failed(error: "disk full", retry: true))
            let again = try await engine.effect(id) { $0.state.name == "deferred" && $0.state.runs == 2 }
            #expect(again.attempts.map(\.error) == ["disk full"])
            await #expect(throws: Refusal.self, "the failure of an earlier run no longer counts") {
                try await engine.complete(first, .failed(error: "really", retry: true))
            }
            let token = try #require(tokens.value.last)
            let record = try await engine.complete(token, .failed(error: "not a picture", retry: false))
            #expect(record?.outcome?.kind == .failed && record?.outcome?.error == "not a picture")
        }
    }

    @Test func `a token that this store did not sign is worth nothing`() async throws {
        let (engine, stranger) = (try bench.engine(deferring()), try EngineBench().engine())
        try await engine.working {
            let id = try await deferred(engine)
            let token = tokens.value[0]
            #expect(try await engine.complete("x" + token.dropFirst(), .completed(output: nil)) == nil)
            #expect(try await stranger.complete(token, .completed(output: nil)) == nil)
            #expect(try await !stranger.progress(token, fraction: 1, note: nil))
            #expect(try await engine.effect(id)?.state.name == "deferred")
        }
    }
}
