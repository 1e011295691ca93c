import Ensue
import EnsueTesting
import Testing

/// What an engine does for those who come from outside; nothing runs.
@Suite(.timeLimit(.minutes(1)))
struct EngineTests {
    private let testing: TestEngine
    private var engine: Engine { testing.engine }

    init() async throws {
        var handlers = Handlers()
        handlers.declare(PollCompleted.self)
        handlers.handle(SendSMS.self) { _, _ in .completed(SendSMS.Output(messageID: "1")) }
        handlers.handle("publish", accepting: { try require(keys: "RATESET", in: $0) }) { _, context in
            .deferred(within: .seconds(3600))
        }
        handlers.listen(matching: .glob("*"), as: "all") { _, _ in }
        testing = try await TestEngine(handlers, effects: .performed)
    }

    @Test func `what is invalid reaches the caller, and nothing is stored`() async throws {
        await #expect(throws: Invalid("score must not be negative")) {
            try await engine.record(PollCompleted(phone: "1", score: -1))
        }
        await #expect(throws: Invalid("an empty message")) { try await engine.request(SendSMS(to: "1", text: "")) }
        #expect(testing.events.isEmpty)
        #expect(testing.requests.isEmpty)
    }

    @Test func `the data of declared types is validated when it is recorded as JSON, too`() async throws {
        let bad = try JSONText(parsing: #"{"phone":"1","score":-1}"#)
        let worse = try JSONText(parsing: #"{"phone":"1"}"#)
        await #expect(throws: Invalid("score must not be negative")) {
            try await engine.record([EventDraft(type: "polls.PollCompleted", data: bad)])
        }
        await #expect(throws: Invalid("the data is not a valid polls.PollCompleted: missing key: score")) {
            try await engine.record([EventDraft(type: "polls.PollCompleted", data: worse)])
        }
        _ = try await engine.record([EventDraft(type: "polls.Other", data: worse)])
    }

    @Test func `a bad draft in a batch keeps the others from being recorded`() async throws {
        let good = EventDraft(type: "a.B", data: .emptyObject)
        await #expect(throws: Invalid.self) {
            try await engine.record([good, EventDraft(type: "ensue.effect.completed", data: .emptyObject)])
        }
        #expect(testing.events.isEmpty)
    }

    @Test func `a request from outside is accepted or refused before it is acknowledged`() async throws {
        try await engine.accept(EffectRequest(kind: "publish", payload: try JSONText(parsing: #"{"RATESET":"a"}"#)))
        await #expect(throws: Invalid("missing key: RATESET")) {
            try await engine.accept(EffectRequest(kind: "publish", payload: .emptyObject))
        }
        await #expect(throws: Invalid("the payload is not a valid sms.send: missing key: to")) {
            try await engine.accept(EffectRequest(kind: "sms.send", payload: .emptyObject))
        }
        await #expect(throws: Invalid.self) {
            try await engine.accept(EffectRequest(kind: "listener.all", payload: .emptyObject))
        }
        let unknown = await #expect(throws: UnknownKind.self) {
            try await engine.accept(EffectRequest(kind: "sms.sned", payload: .emptyObject))
        }
        #expect(unknown?.near == ["sms.send"])
    }

    @Test func `a run is completed by its token, once, and by no other token`() async throws {
        let id = try await testing.request(EffectRequest(kind: "publish", payload: .emptyObject))[0]
        try await testing.drain()
        guard case .deferred(let run, let lease, _) = try await testing.state(of: id) else {
            Issue.record("it should be deferred")
            return
        }
        let token = CompletionToken(effect: id, run: run, lease: lease).signed(with: engine.store.identity.secret)
        #expect(try await engine.complete("nonsense", .completed(output: nil)) == nil)
        #expect(try await engine.progress(token, fraction: 7, note: "nearly"))
        #expect(try await engine.store.effect(id)?.progress?.fraction == 1)
        #expect(try await engine.complete(token, .completed(output: JSONText("done")))?.outcome?.output == JSONText("done"))
        await #expect(throws: Refusal.self) { try await engine.complete(token, .completed(output: nil)) }
    }

    @Test func `a completed effect is repeated as a new one that refers to it`() async throws {
        let id = try await testing.request(SendSMS(to: "1", text: "x"), key: "k")
        try await testing.drain()
        let replay = try #require(try await engine.replay(id))
        #expect(replay.id != id)
        #expect(!replay.isDuplicate)
        let record = try #require(try await engine.store.effect(replay.id))
        #expect(record.origin.replayOf == id)
        #expect(record.key == nil)
        #expect(try record.payload.decode(SendSMS.self) == SendSMS(to: "1", text: "x"))
        #expect(try await engine.replay(EffectID(rawValue: 99_999)) == nil)
    }

    @Test func `who waits for an outcome gets it, or nothing when the time is up`() async throws {
        let request = try await engine.request(SendSMS(to: "1", text: "x"))
        #expect(try await request.outcome(within: .zero) == nil)
        try await testing.drain()
        #expect(try await request.output(within: .zero) == SendSMS.Output(messageID: "1"))
    }

    @Test func `who asks for the output of an effect that did not complete learns why`() async throws {
        let request = try await engine.request(SendSMS(to: "1", text: "x"))
        _ = try await engine.command(.cancel(reason: "enough"), on: request.id)
        let error = await #expect(throws: EffectDidNotComplete.self) { try await request.output(within: .zero) }
        #expect(error?.description == "effect \(request.id) cancelled: enough")
    }
}
