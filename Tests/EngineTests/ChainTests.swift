import Ensue
import Testing

/// What handlers record and request, and what follows from it.
@Suite(.timeLimit(.minutes(2))) struct ChainTests {
    private let bench: EngineBench

    init() throws { bench = try EngineBench() }

    @Test func `what a run records and requests is stored when it has ended, and a failed run stores nothing`()
        async throws
    {
        let policy = HandlerPolicy(attempts: 2, backoff: .fixed(.zero))
        var handlers = Handlers()
        handlers.handle("test.eager", policy: policy) { payload, context in
            try context.record(.of("eager.Ran", ["run": .number(JSONNumber(context.run))]))
            try context.request(Job(name: "of run \(context.run)"))
            if payload["fails"] == true || context.run == 1 { throw Boom() }
            return .completed(.null)
        }
        let engine = try bench.engine(handlers)
        try await engine.working {
            let requests = [["fails": true], ["fails": false]].map {
                EffectRequest(kind: "test.eager", payload: JSONText($0))
            }
            let ids = try await engine.request(requests).map(\.id)
            #expect(try await engine.outcome(of: ids[0]).kind == .failed)
            #expect(try await engine.outcome(of: ids[1]).kind == .completed)
            let requested = try await bench.ledger().dropFirst(2)
            #expect(requested.map(\.payload.text) == [#"{"name":"of run 2"}"#])
            #expect(requested.map(\.origin) == [EffectOrigin(effect: ids[1])])
            #expect(try await bench.rows(of: "events") == 1)
            let event = try #require(try await engine.store.event(EventID(rawValue: 1)))
            #expect(event.cause == ids[1] && event.data.text == #"{"run":2}"#)
        }
    }

    @Test func `a snoozed run stores what it recorded`() async throws {
        var handlers = Handlers()
        handlers.handle("test.sleepy") { _, context in
            try context.record(.of("sleepy.Ran"))
            return context.run == 1 ? .snoozed(for: .zero) : .completed(.null)
        }
        let engine = try bench.engine(handlers)
        try await engine.working {
            let id = try await engine.request([EffectRequest(kind: "test.sleepy", payload: .emptyObject)])[0].id
            #expect(try await engine.outcome(of: id).run == 2)
        }
        #expect(try await bench.rows(of: "events") == 2)
    }

    @Test func `a chain knows its causes all the way`() async throws {
        var handlers = Handlers()
        handlers.respond(to: PollCompleted.self, as: "thank") { poll in SendSMS(to: poll.phone) }
        handlers.handle(SendSMS.self) { sms, context in
            var draft = EventDraft.of("sms.Sent", ["to": .string(sms.to)])
            draft.account = "somebody-else"
            try context.record(draft)
            return .completed(SendSMS.Output(messageID: "m-1"))
        }
        handlers.listen(matching: .exact("sms.Sent"), as: "note-it") { _, _ in }
        let engine = try bench.engine(handlers)
        try await engine.working {
            let poll = try await engine.record(PollCompleted(phone: "070", score: 9), account: "acme").id
            let ledger = try await bench.quiet()
            try #require(ledger.map(\.kind) == ["listener.thank", "sms.send", "listener.note-it"])
            #expect(ledger.map(\.depth) == [0, 1, 2])
            #expect(ledger.map(\.account) == ["acme", "acme", "acme"], "nothing leaves its account")
            let sent = try #require(ledger[2].origin.event)
            #expect(ledger[0].origin == EffectOrigin(event: poll, rule: "thank"))
            #expect(ledger[1].origin == EffectOrigin(effect: ledger[0].id))
            #expect(ledger[2].origin == EffectOrigin(event: sent, rule: "note-it"))
            let event = try #require(try await engine.store.event(sent))
            #expect(event.cause == ledger[1].id && event.depth == 2 && event.account == "acme")
        }
    }

    @Test func `a loop ends at the depth limit with a failed effect, and no event reports that failure`() async throws {
        var handlers = Handlers()
        handlers.listen(matching: .exact("loop.Again"), as: "loop") { event, context in
            try context.record(.of("loop.Again"))
        }
        handlers.listen(matching: .glob("ensue.effect.*"), as: "watch") { _, _ in }
        let engine = try bench.engine(handlers)
        let ledger = try await engine.working {
            _ = try await engine.record([.of("loop.Again")])
            return try await bench.quiet()
        }
        let loop = ledger.filter { $0.origin.rule == "loop" }
        #expect(loop.map(\.depth) == Array(0...32))
        #expect(loop.dropLast().allSatisfy { $0.outcome?.kind == .completed })
        let last = try #require(loop.last?.outcome)
        #expect(last.kind == .failed && last.run == 1 && last.error?.contains("32 deep") == true)
        let watched = ledger.filter { $0.origin.rule == "watch" }
        #expect(watched.count == 32 && watched.allSatisfy { $0.outcome?.kind == .completed })
        #expect(ledger.count == 65)
    }
}
