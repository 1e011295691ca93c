import Ensue
import EnsueTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct RetryingTests {
    private let clock = ManualClock()
    private let bench: EngineBench
    private let starts = Watched<[Timestamp]>([])

    init() throws { bench = try EngineBench(clock: clock) }

    private func handlers(
        _ policy: HandlerPolicy, _ body: @escaping @Sendable (HandlerContext) throws -> Handled<NoOutput>
    ) -> Handlers {
        .job(policy) { [clock, starts] _, context in
            starts.change { $0.append(clock.now()) }
            return try body(context)
        }
    }

    @Test func `a failed effect runs again after its backoff, and every failure is kept with its error`() async throws {
        let policy = HandlerPolicy(attempts: 3, backoff: .schedule([.seconds(60), .seconds(600)], jitter: 0))
        let engine = try bench.engine(
            handlers(policy) { context in
                guard context.run == 3 else { throw Boom(description: "failure \(context.run)") }
                return .completed()
            })
        try await engine.working {
            let requestedAt = clock.now()
            let id = try await engine.request(Job(name: "brittle")).id
            let record = try await engine.effect(id, becomes: "scheduled")
            #expect(record.state == .scheduled(run: 2, due: requestedAt + .seconds(60)))

            clock.advance(by: .seconds(59))
            _ = try await engine.store.advance(limit: 10)
            #expect(try await engine.effect(id)?.state.name == "scheduled")

            let second = try await clock.pass(.seconds(1)) {
                try await engine.effect(id) { $0.attempts.count == 2 }
            }
            #expect(second.state == .scheduled(run: 3, due: second.attempts[1].endedAt + .seconds(600)))

            let outcome = try await clock.pass(.seconds(600)) { try await engine.outcome(of: id) }
            #expect(outcome.kind == .completed && outcome.run == 3)
            let attempts = try #require(try await engine.effect(id)).attempts
            #expect(attempts.map(\.result) == [.failed, .failed])
            #expect(attempts.map(\.error) == ["failure 1", "failure 2"])
            #expect(attempts.map(\.run) == [1, 2])
            let starts = starts.value
            #expect(starts.count == 3)
            #expect(starts[1] - starts[0] >= .seconds(60) && starts[2] - starts[1] >= .seconds(600))
        }
    }

    @Test func `a rejection ends the effect at once`() async throws {
        let engine = try bench.engine(handlers(.standard) { _ in throw Rejection("the number does not exist") })
        try await engine.working {
            let id = try await engine.request(Job(name: "wrong")).id
            let outcome = try await engine.outcome(of: id)
            #expect(outcome.kind == .failed && outcome.run == 1 && outcome.error == "the number does not exist")
            #expect(try await engine.effect(id)?.attempts == [])
            #expect(starts.value.count == 1)
        }
    }

    @Test func `an effect whose attempts are spent has failed, with the last error`() async throws {
        let policy = HandlerPolicy(attempts: 3, backoff: .fixed(.zero))
        let engine = try bench.engine(handlers(policy) { throw Boom(description: "failure \($0.run)") })
        try await engine.working {
            let request = try await engine.request(Job(name: "hopeless"))
            let outcome = try await engine.outcome(of: request.id)
            #expect(outcome.kind == .failed && outcome.run == 3 && outcome.error == "failure 3")
            #expect(try await engine.effect(request.id)?.attempts.map(\.error) == ["failure 1", "failure 2"])
            #expect(starts.value.count == 3)
            await #expect(throws: EffectDidNotComplete.self) { try await request.output(within: .zero) }
        }
        #expect(try await bench.count(.retried, Job.kind) == 2)
        #expect(try await bench.count(.failed, Job.kind) == 1)
    }

    @Test(arguments: [(Duration.seconds(1), Duration.seconds(3600)), (.seconds(7200), .seconds(7200))])
    func `a peer's wish to be asked later is heeded, and never shortens the backoff`(
        _ own: Duration, _ expected: Duration
    ) async throws {
        let policy = HandlerPolicy(attempts: 2, backoff: .fixed(own))
        let engine = try bench.engine(
            handlers(policy) { context in
                if context.run == 1 { throw RetryLater("503, come back in an hour", after: .seconds(3600)) }
                throw RetryLater("503 again", after: .seconds(3600))
            })
        try await engine.working {
            let due = clock.now() + expected
            let id = try await engine.request(Job(name: "polite")).id
            let record = try await engine.effect(id, becomes: "scheduled")
            #expect(record.state == .scheduled(run: 2, due: due))
            #expect(record.attempts.map(\.error) == ["503, come back in an hour"])
            let outcome = try await clock.pass(expected) { try await engine.outcome(of: id) }
            #expect(outcome.kind == .failed && outcome.run == 2, "asking for more time spends an attempt")
        }
    }

    @Test func `a snooze spends no attempt`() async throws {
        let policy = HandlerPolicy(attempts: 1)
        let engine = try bench.engine(
            handlers(policy) { $0.run < 4 ? .snoozed(for: .seconds(30)) : .completed() })
        try await engine.working {
            let id = try await engine.request(Job(name: "sleepy")).id
            let record = try await engine.effect(id, becomes: "scheduled")
            #expect(record.state == .scheduled(run: 2, due: clock.now() + .seconds(30)))
            let outcome = try await clock.pass(.seconds(30)) { try await engine.outcome(of: id) }
            #expect(outcome.kind == .completed && outcome.run == 4)
            #expect(try await engine.effect(id)?.attempts.map(\.result) == [.snoozed, .snoozed, .snoozed])
        }
        #expect(try await bench.count(.snoozed, Job.kind) == 3)
    }
}
