import Ensue
import Testing

/// What people decide about effects.
@Suite(.timeLimit(.minutes(2))) struct DecidingTests {
    private let bench: EngineBench
    private let journal = Journal()

    init() throws { bench = try EngineBench() }

    private func noting(_ policy: HandlerPolicy = .standard) -> Handlers {
        .job(policy) { [journal] job, context in
            journal.note("\(job.name) \(context.idempotencyKey)")
            return .completed()
        }
    }

    @Test(arguments: [true, false])
    func `an effect that needs approval is held until it is given`(_ byPolicy: Bool) async throws {
        let engine = try bench.engine(noting(HandlerPolicy(needsApproval: byPolicy)))
        try await engine.working {
            let ids = try await approvable(engine, byPolicy: byPolicy)
            let record = try #require(try await engine.command(.approve, on: ids[0]))
            #expect(record.outcome == nil)
            #expect(try await engine.outcome(of: ids[0]).kind == .completed)
            #expect(try await engine.effect(ids[1])?.state == .held)
            #expect(journal.value.count == 1)

            let refused = try #require(try await engine.command(.refuse(reason: "too dear"), on: ids[1]))
            #expect(refused.outcome?.kind == .cancelled && refused.outcome?.error == "too dear")
            #expect(refused.outcome?.run == 0)
            await #expect(throws: Refusal.self) { try await engine.command(.approve, on: ids[1]) }
            await #expect(throws: Refusal.self) { try await engine.command(.retry, on: ids[1]) }

            for id in ids {
                let replay = try #require(try await engine.replay(id))
                #expect(try await engine.effect(replay.id)?.state == .held, "a replay needs approval as well")
            }
        }
        #expect(journal.value.count == 1)
    }

    private func approvable(_ engine: Engine, byPolicy: Bool) async throws -> [EffectID] {
        try await bench.joined()
        let request = EffectRequest(
            kind: Job.kind, payload: JSONText(["name": "payout"]), needsApproval: !byPolicy)
        let receipts = try await engine.request([request, request])
        #expect(receipts.map(\.isHeld) == [true, true])
        for receipt in receipts { #expect(try await engine.effect(receipt.id)?.state == .held) }
        return receipts.map(\.id)
    }

    @Test func `a failed effect that is retried by hand keeps its id and key, and has all its attempts anew`()
        async throws
    {
        let policy = HandlerPolicy(attempts: 2, backoff: .fixed(.zero))
        let engine = try bench.engine(
            .job(policy) { [journal] _, context in
                journal.note(context.idempotencyKey)
                guard context.run == 4 else { throw Boom(description: "failure \(context.run)") }
                return .completed()
            })
        try await engine.working {
            let id = try await engine.request(Job(name: "twice")).id
            #expect(try await engine.outcome(of: id).kind == .failed)
            #expect(try await engine.command(.retry, on: id)?.outcome == nil)
            let outcome = try await engine.outcome(of: id)
            #expect(outcome.kind == .completed && outcome.run == 4)
            let attempts = try #require(try await engine.effect(id)).attempts
            #expect(attempts.map(\.result) == [.failed, .retried, .failed])
            #expect(attempts.map(\.error) == ["failure 1", "failure 2", "failure 3"])
            await #expect(throws: Refusal.self, "a completed effect is only replayed") {
                try await engine.command(.retry, on: id)
            }
        }
        #expect(Set(journal.value).count == 1 && journal.value.count == 4)
    }

    @Test func `a replay is a new effect that refers to the first`() async throws {
        let engine = try bench.engine(noting())
        try await engine.working {
            let first = try await engine.request(Job(name: "first"), key: "once").id
            _ = try await engine.outcome(of: first)
            let same = try #require(try await engine.replay(first)).id
            let edited = try #require(try await engine.replay(first, payload: JSONText(["name": "edited"]))).id
            for id in [same, edited] {
                #expect(try await engine.outcome(of: id).kind == .completed)
                #expect(try await engine.effect(id)?.origin == EffectOrigin(replayOf: first))
            }
            #expect(try await engine.replay(EffectID(rawValue: 4711)) == nil)
        }
        #expect(journal.value.map { $0.split(separator: " ")[0] }.sorted() == ["edited", "first", "first"])
        #expect(Set(journal.value.map { $0.split(separator: " ")[1] }).count == 3)
    }

    @Test func `the replay of a listener's effect is given the event again`() async throws {
        var handlers = Handlers()
        handlers.listen(to: PollCompleted.self, as: "listener") { [journal] poll, _ in journal.note("\(poll.score)") }
        let engine = try bench.engine(handlers)
        try await engine.working {
            let event = try await engine.record(PollCompleted(phone: "070", score: 7)).id
            let id = try await bench.quiet()[0].id
            let again = try #require(try await engine.replay(id)).id
            #expect(try await engine.outcome(of: again).kind == .completed)
            let origin = EffectOrigin(event: event, rule: "listener", replayOf: id)
            #expect(try await engine.effect(again)?.origin == origin)
        }
        #expect(journal.value == ["7", "7"])
    }

    @Test func `progress is seen at once, from the handler and by token`() async throws {
        let gate = Gate()
        let engine = try bench.engine(
            .job { [journal] _, context in
                try await context.progress(0.4, note: "uploading")
                journal.note(context.completion.token)
                try await gate.pass()
                return .completed()
            })
        try await engine.working {
            let id = try await engine.request(Job(name: "upload")).id
            let token = try await journal.entries(atLeast: 1)[0]
            let first = try #require(try await engine.effect(id))
            #expect(first.state.name == "running")
            #expect(first.progress?.fraction == 0.4 && first.progress?.note == "uploading")
            let other = try bench.engine(on: bench.secondStore())
            #expect(try await other.progress(token, fraction: 7, note: nil))
            #expect(try await engine.effect(id)?.progress?.fraction == 1, "a fraction is at most 1")
            gate.open()
        }
    }

    @Test func `commands about what does not exist are answered with nothing`() async throws {
        let engine = try bench.engine()
        #expect(try await engine.command(.retry, on: EffectID(rawValue: 1)) == nil)
        #expect(try await engine.effect(EffectID(rawValue: 1), waiting: .seconds(60)) == nil)
    }
}
