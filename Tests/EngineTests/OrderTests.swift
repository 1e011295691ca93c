import Ensue
import EnsueTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct OrderTests {
    private let clock = ManualClock()
    private let bench: EngineBench
    private let journal = Journal()

    init() throws { bench = try EngineBench(clock: clock) }

    private var oneAtATime: Handlers {
        .job(HandlerPolicy(concurrency: 1)) { [journal] job, _ in
            journal.note(job.name)
            return .completed()
        }
    }

    @Test func `the urgent come first, and the old before the young`() async throws {
        let engine = try bench.engine(oneAtATime)
        _ = try await engine.request([
            .job("low", priority: .low), .job("normal 1"), .job("normal 2"), .job("high", priority: .high),
            .job("urgent 1", priority: .urgent), .job("normal 3"), .job("urgent 2", priority: .urgent),
        ])
        try await engine.working { try await journal.entries(atLeast: 7) }
        #expect(
            journal.value == ["urgent 1", "urgent 2", "high", "normal 1", "normal 2", "normal 3", "low"])
    }

    @Test func `an effect with a due time waits for it`() async throws {
        let engine = try bench.engine(oneAtATime)
        try await engine.working {
            let due = clock.now() + .seconds(3600)
            let later = try await engine.request(Job(name: "later"), due: due).id
            let past = try await engine.request(Job(name: "past"), due: clock.now() - .seconds(3600)).id
            #expect(try await engine.outcome(of: past).kind == .completed)
            #expect(try await engine.effect(later)?.state == .scheduled(run: 1, due: due))

            clock.advance(by: .seconds(3599))
            _ = try await engine.store.advance(limit: 10)
            #expect(try await engine.effect(later)?.state == .scheduled(run: 1, due: due))

            let outcome = try await clock.pass(.seconds(1)) { try await engine.outcome(of: later) }
            #expect(outcome.run == 1 && outcome.startedAt.map { $0 >= due } == true)
        }
        #expect(journal.value == ["past", "later"])
    }

    @Test func `the second effect with a key is the first one, and runs once`() async throws {
        let engine = try bench.engine(oneAtATime)
        try await engine.working {
            let first = try await engine.request(Job(name: "first"), key: "k")
            #expect(!first.isDuplicate)
            #expect(try await engine.outcome(of: first.id).kind == .completed)
            let second = try await engine.request(Job(name: "second"), key: "k")
            #expect(second.isDuplicate && second.id == first.id)
            let stranger = try await engine.request(Job(name: "stranger"), account: "acme", key: "k")
            #expect(!stranger.isDuplicate && stranger.id != first.id)
            #expect(try await engine.outcome(of: stranger.id).kind == .completed)
        }
        #expect(journal.value == ["first", "stranger"])
        #expect(try await bench.count(.duplicate, Job.kind) == 1)
    }

    @Test func `the second event with a key is the first one, and is listened to once`() async throws {
        var handlers = Handlers()
        handlers.listen(to: PollCompleted.self, as: "listener") { [journal] poll, _ in journal.note(poll.phone) }
        let engine = try bench.engine(handlers)
        try await engine.working {
            let first = try await engine.record(PollCompleted(phone: "1", score: 1), key: "poll-42")
            let second = try await engine.record(PollCompleted(phone: "2", score: 2), key: "poll-42")
            #expect(!first.isDuplicate && second == Receipt(id: first.id, isDuplicate: true))
            try await bench.quiet()
        }
        #expect(journal.value == ["1"])
    }
}
