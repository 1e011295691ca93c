import Ensue
import Testing

@Suite(.timeLimit(.minutes(2))) struct ListeningTests {
    private let bench: EngineBench
    private let journal = Journal()

    init() throws { bench = try EngineBench() }

    @Test func `a typed listener is given the event, and its effect refers to it`() async throws {
        var handlers = Handlers()
        handlers.listen(to: PollCompleted.self, as: "poll-mail") { [journal] poll, context in
            journal.note("\(poll.score) \(context.kind) run \(context.run) of event \(context.event?.id.rawValue ?? 0)")
        }
        let engine = try bench.engine(handlers)
        try await engine.working {
            let event = try await engine.record(PollCompleted(phone: "070", score: 9)).id
            try await bench.quiet()
            #expect(journal.value == ["9 listener.poll-mail run 1 of event \(event)"])
            #expect(try await bench.ledger().map(\.origin) == [EffectOrigin(event: event, rule: "poll-mail")])
        }
    }

    @Test(arguments: [
        (TypePattern.exact("challenge_created"), ["challenge_created"]),
        (.glob("challenge_*"), ["challenge_created", "challenge_ends_2d"]),
        (.glob("*"), ["other", "Challenge_created", "challenge_created", "challenge_ends_2d"]),
        (.regex("challenge_ends_[0-9]+d"), ["challenge_ends_2d"]),
        (.regex("challenge"), []),
    ])
    func `a listener hears the types that its pattern matches whole`(
        _ pattern: TypePattern, _ heard: [String]
    ) async throws {
        var handlers = Handlers()
        handlers.listen(matching: pattern, as: "listener", policy: HandlerPolicy(concurrency: 1)) {
            [journal] event, _ in journal.note(event.type.rawValue)
        }
        let engine = try bench.engine(handlers)
        try await engine.working {
            _ = try await engine.record([
                .of("other"), .of("Challenge_created"), .of("challenge_created"), .of("challenge_ends_2d"),
            ])
            try await bench.quiet()
        }
        #expect(journal.value == heard)
    }

    @Test func `a response is effects as data, which are requested when it has ended`() async throws {
        var handlers = Handlers()
        handlers.respond(to: PollCompleted.self, as: "thank") { poll in
            SendSMS(to: poll.phone)
            if poll.score > 8 { SendSMS(to: poll.phone, text: "Tell a friend!") }
        }
        handlers.handle(SendSMS.self) { [journal] sms, _ in
            journal.note("\(sms.text) to \(sms.to)")
            return .completed(SendSMS.Output(messageID: "m-\(sms.to)"))
        }
        let engine = try bench.engine(handlers)
        let ledger = try await engine.working {
            try await engine.record(PollCompleted(phone: "070", score: 9))
            try await engine.record(PollCompleted(phone: "071", score: 1))
            return try await bench.quiet()
        }
        #expect(journal.value.sorted() == ["Tell a friend! to 070", "Thank you! to 070", "Thank you! to 071"])
        let responses = ledger.filter { $0.kind == "listener.thank" }
        #expect(responses.map(\.outcome?.kind) == [.completed, .completed])
        for sms in ledger.filter({ $0.kind == SendSMS.kind }) {
            #expect(responses.map(\.id).contains(try #require(sms.origin.effect)))
        }
    }

    @Test func `the effects of an event are requested typed listeners first, then in order of registration`()
        async throws
    {
        var handlers = Handlers()
        handlers.listen(matching: .glob("polls.*"), as: "z-glob") { _, _ in }
        handlers.listen(matching: .exact(PollCompleted.eventType), as: "y-exact") { _, _ in }
        handlers.listen(to: PollCompleted.self, as: "x-typed") { _, _ in }
        handlers.listen(matching: .regex("polls.+"), as: "w-regex") { _, _ in }
        handlers.respond(to: PollCompleted.self, as: "v-response") { _ in [any Effect]() }
        handlers.listen(matching: .exact(PollCompleted.eventType), as: "u-exact") { _, _ in }
        let engine = try bench.engine(handlers)
        let ledger = try await engine.working {
            try await engine.record(PollCompleted(phone: "070", score: 9))
            return try await bench.quiet()
        }
        let order = ledger.map { $0.origin.rule ?? "" }
        #expect(order == ["x-typed", "v-response", "z-glob", "y-exact", "w-regex", "u-exact"])
    }

    @Test func `recording a declared event to which nobody listens succeeds`() async throws {
        var handlers = Handlers()
        handlers.declare(PollCompleted.self)
        let engine = try bench.engine(handlers)
        let receipt = try await engine.working {
            let receipt = try await engine.record(PollCompleted(phone: "070", score: 9))
            try await bench.quiet()
            return receipt
        }
        #expect(try await engine.store.event(receipt.id)?.type == PollCompleted.eventType)
        #expect(try await bench.ledger().isEmpty)
    }
}
