import Ensue
import Testing

/// What is refused before anything is stored.
@Suite(.timeLimit(.minutes(2))) struct AcceptingTests {
    private let bench: EngineBench

    init() throws { bench = try EngineBench() }

    private var handlers: Handlers {
        var handlers = Handlers()
        handlers.declare(PollCompleted.self)
        handlers.handle(
            SendSMS.self, accepting: { sms in try require(sms.to.hasPrefix("+"), "no number abroad: \(sms.to)") }
        ) { _, _ in .completed(SendSMS.Output(messageID: "m-1")) }
        handlers.handle("publish_rateset", accepting: { try require(keys: "RATESET", "user", in: $0) }) { _, _ in
            .completed(.null)
        }
        handlers.handle("sms.status") { _, _ in .completed(.null) }
        handlers.listen(matching: .glob("*"), as: "sms") { _, _ in }
        return handlers
    }

    @Test(
        arguments: [
            (SendSMS.kind, ["to": "+4670", "text": "hello"], nil),
            (SendSMS.kind, ["to": "070", "text": "hello"], "no number abroad: 070"),
            (SendSMS.kind, ["to": "", "text": "hello"], "to must not be empty"),
            (SendSMS.kind, ["text": "hello"], "the payload is not a valid sms.send: missing key: to"),
            (SendSMS.kind, ["to": 7, "text": "hello"], "the payload is not a valid sms.send: to is not String"),
            ("publish_rateset", [:], "missing keys: RATESET, user"),
            ("listener.sms", [:], "'listener.sms' is a listener; record the event it waits for"),
        ] as [(EffectKind, JSONValue, String?)])
    func `a request from outside is refused with the reason before it is acknowledged`(
        _ kind: EffectKind, _ payload: JSONValue, _ reason: String?
    ) async throws {
        let engine = try bench.engine(handlers)
        let request = EffectRequest(kind: kind, payload: JSONText(payload))
        guard let reason else { return try await engine.accept(request) }
        let error = await #expect(throws: Invalid.self) { try await engine.accept(request) }
        #expect(error?.description == reason)
    }

    @Test func `an unknown kind is refused with those that are spelt almost alike`() async throws {
        let worker = try bench.engine(handlers)
        let front = try bench.engine(on: bench.secondStore())
        let misspelt = EffectRequest(kind: "sms.sned", payload: .emptyObject)
        let early = await #expect(throws: UnknownKind.self) { try await front.accept(misspelt) }
        #expect(early?.description == "no worker handles the kind 'sms.sned'")
        try await worker.working {
            try await bench.joined()
            let front = try bench.engine(on: bench.secondStore())
            try await front.accept(EffectRequest(kind: "publish_rateset", payload: .emptyObject))
            let error = await #expect(throws: UnknownKind.self) { try await front.accept(misspelt) }
            #expect(error?.near == ["sms.send"])
            #expect(error?.description == "no worker handles the kind 'sms.sned'; did you mean 'sms.send'?")
        }
        let later = try bench.engine(on: bench.secondStore())
        try await later.accept(EffectRequest(kind: "sms.status", payload: .emptyObject))
    }

    @Test func `typed records and requests that are invalid fail at the call and store nothing`() async throws {
        let engine = try bench.engine()
        await #expect(throws: Invalid.self) { try await engine.record(PollCompleted(phone: "070", score: -1)) }
        await #expect(throws: Invalid.self) { try await engine.record(PollCompleted(phone: "070", score: 1), key: "") }
        await #expect(throws: Invalid.self) { try await engine.request(SendSMS(to: "")) }
        await #expect(throws: EncodingError.self) { try await engine.record(Immeasurable(size: .infinity)) }
        #expect(try await bench.rows(of: "events") == 0)
        #expect(try await bench.rows(of: "effects") == 0)
    }

    @Test(
        arguments: [
            (["phone": "070", "score": -1], "score must not be negative"),
            (["phone": "070"], "the data is not a valid polls.PollCompleted: missing key: score"),
            (["phone": "070", "score": "9"], "the data is not a valid polls.PollCompleted: score is not Int"),
        ] as [(JSONValue, String)])
    func `drafts of declared events are validated, all of them before any is stored`(
        _ data: JSONValue, _ reason: String
    ) async throws {
        let engine = try bench.engine(handlers)
        let good = EventDraft.of(PollCompleted.eventType, ["phone": "070", "score": 1])
        let error = await #expect(throws: Invalid.self) {
            try await engine.record([good, .of(PollCompleted.eventType, data)])
        }
        #expect(error?.description == reason)
        #expect(try await bench.rows(of: "events") == 0)
        #expect(try await engine.record([good, .of("undeclared", ["any": "thing"])]).count == 2)
    }

    @Test func `events of the engine's own types cannot be recorded`() async throws {
        let engine = try bench.engine()
        await #expect(throws: Invalid.self) { try await engine.record([.of("ensue.effect.completed")]) }
    }
}

private struct Immeasurable: Event {
    static let eventType: EventType = "test.Immeasurable"
    var size: Double
}
