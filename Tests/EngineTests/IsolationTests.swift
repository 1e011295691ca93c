import Ensue
import Testing

/// What one listener does or suffers is nothing to the others.
@Suite(.timeLimit(.minutes(2))) struct IsolationTests {
    private let bench: EngineBench
    private let journal = Journal()

    init() throws { bench = try EngineBench() }

    @Test func `the failure of one listener hinders no other one, and no other event`() async throws {
        var handlers = Handlers()
        handlers.listen(to: PollCompleted.self, as: "a-fails", policy: .retrying(attempts: 1)) { _, _ in throw Boom() }
        handlers.listen(to: PollCompleted.self, as: "b-fails-on-70", policy: .retrying(attempts: 1)) { poll, _ in
            if poll.phone == "70" { throw Rejection("not this one") }
        }
        handlers.listen(matching: .glob("polls.*"), as: "c-works") { [journal] _, _ in journal.note("worked") }
        let engine = try bench.engine(handlers)
        let ledger = try await engine.working {
            for phone in ["70", "71", "72"] { try await engine.record(PollCompleted(phone: phone, score: 1)) }
            return try await bench.quiet()
        }
        func outcomes(_ rule: String) -> [Outcome.Kind?] {
            ledger.filter { $0.origin.rule == rule }.map(\.outcome?.kind)
        }
        #expect(outcomes("a-fails") == [.failed, .failed, .failed])
        #expect(outcomes("b-fails-on-70") == [.failed, .completed, .completed])
        #expect(outcomes("c-works") == [.completed, .completed, .completed])
        #expect(journal.value.count == 3)
    }

    @Test func `each listener sees the original data, whatever another one made of it`() async throws {
        var handlers = Handlers()
        for name in ["first", "second"] {
            handlers.listen(to: PollCompleted.self, as: name, policy: HandlerPolicy(concurrency: 1)) {
                [journal] poll, context in
                var poll = poll
                journal.note("\(name) \(poll.phone) \(context.event?.data.text ?? "")")
                poll.phone = "spoilt"
            }
        }
        handlers.listen(matching: .glob("*"), as: "third") { [journal] event, _ in
            journal.note("third \(event.data.text)")
        }
        let engine = try bench.engine(handlers)
        try await engine.working {
            try await engine.record(PollCompleted(phone: "+46 70", score: 1))
            try await bench.quiet()
        }
        let data = #"{"phone":"+46 70","score":1}"#
        #expect(journal.value.sorted() == ["first 4670 \(data)", "second 4670 \(data)", "third \(data)"])
    }

    @Test func `data that cannot be cleaned fails that listener's effect for good, and stays as it was`() async throws {
        var handlers = Handlers()
        handlers.listen(to: PollCompleted.self, as: "a-typed") { [journal] _, _ in journal.note("typed") }
        handlers.listen(matching: .exact(PollCompleted.eventType), as: "b-untyped") { [journal] event, _ in
            journal.note("untyped \(event.data.text)")
        }
        let engine = try bench.engine(handlers)
        try await engine.working {
            let event = try await engine.record(PollCompleted(phone: "none", score: 1)).id
            let ledger = try await bench.quiet()
            let outcome = try #require(ledger.first { $0.origin.rule == "a-typed" }?.outcome)
            #expect(outcome.kind == .failed && outcome.run == 1)
            #expect(outcome.error?.contains("phone has no digits") == true)
            #expect(ledger.allSatisfy { $0.attempts.isEmpty })
            #expect(journal.value == [#"untyped {"phone":"none","score":1}"#])
            #expect(try await engine.store.event(event)?.data.text == #"{"phone":"none","score":1}"#)
        }
    }

    @Test func `data that another process recorded unread fails a typed listener with the missing key`() async throws {
        var handlers = Handlers()
        handlers.listen(to: PollCompleted.self, as: "typed") { _, _ in }
        let engine = try bench.engine(handlers)
        let ledger = try await engine.working {
            _ = try await bench.store.record([.of(PollCompleted.eventType, ["phone": "070"])])
            return try await bench.quiet()
        }
        try #require(ledger.map(\.outcome?.kind) == [.failed])
        #expect(ledger[0].outcome?.error?.contains("missing key: score") == true)
    }
}
