import Ensue
import EnsueTesting
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TestEngineTests {
    private static func handlers(sent: Counting = Counting()) -> Handlers {
        var handlers = Handlers()
        handlers.handle(SendSMS.self, policy: .retrying(attempts: 2, backoff: .fixed(.seconds(60)))) { sms, _ in
            sent.add()
            guard sms.to != "nobody" else { throw Rejection("nobody is there") }
            return .completed(SendSMS.Output(messageID: "m-\(sms.to)"))
        }
        handlers.respond(to: PollCompleted.self, as: "thank") { poll in
            SendSMS(to: poll.phone, text: "Thank you!")
            if poll.score > 8 { WriteLog(line: "a fan") }
        }
        return handlers
    }

    @Test func `captured effects are kept, and no handler of theirs runs`() async throws {
        let sent = Counting()
        let engine = try await TestEngine(Self.handlers(sent: sent))
        try await engine.record(PollCompleted(phone: "+46 70", score: 9))
        let runs = try await engine.drain()
        #expect(runs.map(\.kind) == ["listener.thank"])
        #expect(try engine.requested(SendSMS.self) == [SendSMS(to: "+4670", text: "Thank you!")])
        #expect(try engine.requested(WriteLog.self) == [WriteLog(line: "a fan")])
        #expect(sent.count == 0)
        #expect(engine.unhandledKinds == ["log.write"])
    }

    @Test func `performed effects run, and have their outcome`() async throws {
        let engine = try await TestEngine(Self.handlers(), effects: .performed)
        let good = try await engine.request(SendSMS(to: "1", text: "x"))
        let bad = try await engine.request(SendSMS(to: "nobody", text: "x"))
        let runs = try await engine.drain()
        #expect(runs.map(\.effect) == [good, bad])
        #expect(runs.map(\.error) == [nil, "nobody is there"])
        let outcome = try #require(try await engine.outcome(of: good))
        #expect(outcome.kind == .completed)
        #expect(try outcome.output?.decode(SendSMS.Output.self) == SendSMS.Output(messageID: "m-1"))
        #expect(try await engine.outcome(of: bad)?.kind == .failed)
    }

    @Test func `what waits for a time is done when the time has come`() async throws {
        let engine = try await TestEngine(Self.handlers(), effects: .performed)
        let id = try await engine.request(SendSMS(to: "1", text: "x"), due: engine.clock.now() + .seconds(60))
        #expect(try await engine.drain().isEmpty)
        #expect(try engine.requested(SendSMS.self).count == 1)
        #expect(try await engine.advance(by: .seconds(59)).isEmpty)
        #expect(try await engine.advance(by: .seconds(1)).map(\.effect) == [id])
    }

    @Test func `a failed run is in the report, and is repeated when its time has come`() async throws {
        let tries = Counting()
        var handlers = Handlers()
        handlers.listen(
            matching: .glob("*"), as: "flaky", policy: .retrying(attempts: 3, backoff: .fixed(.seconds(60)))
        ) { _, _ in
            guard tries.add() == 2 else { throw Invalid("not yet") }
        }
        let engine = try await TestEngine(handlers)
        try await engine.record(EventDraft(type: "a.B", data: .emptyObject))
        let first = try await engine.drain()
        #expect(first.map(\.error) == ["not yet"])
        #expect(first.map(\.state.name) == ["scheduled"])
        #expect(try await engine.advance(by: .seconds(60)).map(\.run) == [2])
    }

    @Test func `endings are followed, and chains run to their end`() async throws {
        var handlers = Self.handlers()
        handlers.listen(matching: .glob("ensue.effect.*"), as: "audit") { event, context in
            let ending = try event.data.decode(EffectEnding.self)
            try context.record(EventDraft(type: "audit.Ended", data: JSONText(.string(ending.kind.rawValue))))
        }
        let engine = try await TestEngine(handlers, effects: .performed)
        try await engine.record(PollCompleted(phone: "1", score: 1))
        try await engine.drain()
        let ended = engine.events.filter { $0.type == "audit.Ended" }.map(\.data.text)
        #expect(ended == [#""listener.thank""#, #""sms.send""#])
        #expect(try engine.recorded(PollCompleted.self) == [PollCompleted(phone: "1", score: 1)])
    }

    @Test func `what is requested twice under one key is requested once`() async throws {
        let engine = try await TestEngine(Self.handlers())
        let first = try await engine.request(SendSMS(to: "1", text: "x"), key: "k")
        #expect(try await engine.request(SendSMS(to: "2", text: "x"), key: "k") == first)
        #expect(try engine.requested(SendSMS.self).map(\.to) == ["1"])
    }

    @Test func `work without end is an error, not a test that hangs`() async throws {
        var handlers = Handlers()
        handlers.handle("again") { _, _ in .snoozed(for: .zero) }
        let engine = try await TestEngine(handlers, effects: .performed)
        try await engine.request(EffectRequest(kind: "again", payload: .emptyObject))
        await #expect(throws: NeverQuiet.self) { try await engine.drain(limit: 100) }
    }

    @Test func `handlers that contradict each other are refused`() async {
        var handlers = Self.handlers()
        handlers.handle("sms.send") { _, _ in .completed(nil) }
        await #expect(throws: HandlerConflicts.self) { try await TestEngine(handlers) }
    }

    @Test func `two test engines share nothing`() async throws {
        let (first, second) = (try await TestEngine(Self.handlers()), try await TestEngine(Self.handlers()))
        try await first.request(SendSMS(to: "1", text: "x"))
        #expect(second.requests.isEmpty)
        first.clock.advance(by: .seconds(1))
        #expect(first.clock.now() != second.clock.now())
    }
}

/// Counts calls.
final class Counting: Sendable {
    private let value = Atomic(0)
    var count: Int { value.load(ordering: .relaxed) }
    @discardableResult func add() -> Int { value.add(1, ordering: .relaxed).newValue }
}
