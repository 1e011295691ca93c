import Ensue
import Testing

@Suite(.timeLimit(.minutes(2))) struct HandlingTests {
    private let bench: EngineBench

    init() throws { bench = try EngineBench() }

    @Test func `a declared effect is handled as its type says and gives its output`() async throws {
        var handlers = Handlers()
        handlers.handle(SendSMS.self) { sms, context in
            .completed(SendSMS.Output(messageID: "\(sms.to)-\(context.run)-\(context.effect)"))
        }
        let engine = try bench.engine(handlers)
        try await engine.working {
            let request = try await engine.request(SendSMS(to: "070"))
            #expect(try await request.output(within: .seconds(60)) == SendSMS.Output(messageID: "070-1-\(request.id)"))
            let outcome = try await engine.outcome(of: request.id)
            #expect(outcome.output?.text == #"{"messageID":"070-1-\#(request.id)"}"#)
            #expect(outcome.run == 1)
            #expect(outcome.startedAt.map { $0 <= outcome.completedAt } == true)
        }
    }

    @Test func `an effect without output stores none`() async throws {
        let engine = try bench.engine(.job { _, _ in .completed() })
        try await engine.working {
            let request = try await engine.request(Job(name: "quiet"))
            #expect(try await request.output(within: .seconds(60)) == NoOutput())
            #expect(try await engine.outcome(of: request.id).output == nil)
        }
    }

    @Test func `an effect of any JSON is handled as JSON`() async throws {
        var handlers = Handlers()
        handlers.handle("publish_rateset") { payload, context in
            .completed(["published": payload["RATESET"] ?? .null, "key": .string(context.key ?? "")])
        }
        let engine = try bench.engine(handlers)
        try await engine.working {
            let request = EffectRequest(
                kind: "publish_rateset", payload: JSONText(["RATESET": 12345678901234567]), key: "r-1")
            let id = try await engine.request([request])[0].id
            #expect(try await engine.outcome(of: id).output?.text == #"{"key":"r-1","published":12345678901234567}"#)
        }
    }

    @Test func `a payload that is not the declared effect fails for good, with the missing key`() async throws {
        var handlers = Handlers()
        handlers.handle(SendSMS.self) { _, _ in .completed(SendSMS.Output(messageID: "never")) }
        let engine = try bench.engine(handlers)
        try await engine.working {
            let requests = [
                EffectRequest(kind: SendSMS.kind, payload: .emptyObject),
                EffectRequest(kind: SendSMS.kind, payload: JSONText(["to": "", "text": ""])),
            ]
            let ids = try await engine.request(requests).map(\.id)
            let undecodable = try await engine.outcome(of: ids[0])
            #expect(undecodable.kind == .failed && undecodable.error?.contains("missing key: to") == true)
            let invalid = try await engine.outcome(of: ids[1])
            #expect(invalid.kind == .failed && invalid.error?.contains("to must not be empty") == true)
            #expect(try await bench.rows(of: "attempts") == 0)
        }
    }

    @Test func `effects of a kind without a handler wait, visibly, and run when one appears`() async throws {
        let other = try bench.engine(.job { _, _ in .completed() })
        let id = try await other.working {
            let id = try await other.request([EffectRequest(kind: "late.kind", payload: .emptyObject)])[0].id
            _ = try await other.outcome(of: try await other.request(Job(name: "passes it by")).id)
            let record = try #require(try await other.effect(id))
            #expect(record.state == .ready(run: 1) && !record.hasHandler)
            return id
        }
        var handlers = Handlers()
        handlers.handle("late.kind") { _, _ in .completed("at last") }
        let engine = try bench.engine(handlers)
        let outcome = try await engine.working { try await engine.outcome(of: id) }
        #expect(outcome.output?.text == #""at last""#)
    }

    @Test func `record and request work without an engine running, and what they stored is handled later`() async throws
    {
        let producer = try bench.engine()
        let event = try await producer.record(PollCompleted(phone: "070", score: 9))
        let request = try await producer.request(Job(name: "later"))
        #expect(try await producer.store.event(event.id)?.data.text == #"{"phone":"070","score":9}"#)
        #expect(try await producer.effect(request.id)?.state == .ready(run: 1))
        #expect(try await request.outcome(within: .zero) == nil)
        await #expect(throws: EffectDidNotComplete.self) { try await request.output(within: .zero) }

        let journal = Journal()
        var handlers = Handlers.job { job, _ in
            journal.note(job.name)
            return .completed()
        }
        handlers.listen(to: PollCompleted.self, as: "later") { poll, _ in journal.note("poll \(poll.score)") }
        try await bench.engine(handlers, on: bench.secondStore()).working {
            #expect(try await request.outcome(within: .seconds(60))?.kind == .completed)
            try await bench.quiet()
        }
        #expect(journal.value.sorted() == ["later", "poll 9"])
    }
}
