import Ensue
import EnsueTesting
import Logging
import Synchronization
import Testing

/// The Swift in `Documentation/Coming-from-eventlib.md`.
@Suite struct ExamplesFromEventlibTests {
    struct PollCompleted: Event {
        static let eventType: EventType = "polls.PollCompleted"
        var phone: String
        var score: Int

        func validate() throws { try require(score >= 0, "score must not be negative") }

        func cleaned() -> PollCompleted {
            PollCompleted(phone: phone.filter { $0 != " " }, score: score)
        }
    }

    struct SendSMS: Effect, Equatable {
        static let kind: EffectKind = "sms.send"
        var to: String
        var text: String
    }

    final class Statistics: Sendable {
        let scores = Mutex<[String: Int]>([:])
        func add(_ score: Int, key: String) async throws { scores.withLock { $0[key] = score } }
    }

    let statistics = Statistics()

    private func makeHandlers() -> Handlers {
        var handlers = Handlers()
        handlers.listen(to: PollCompleted.self, as: "count-scores") { [statistics] poll, context in
            try await statistics.add(poll.score, key: context.idempotencyKey)
        }
        handlers.respond(to: PollCompleted.self, as: "thank-respondent") { poll in
            SendSMS(to: poll.phone, text: "Thank you!")
        }
        handlers.listen(matching: .glob("polls.*"), as: "audit") { event, context in
            context.logger.info("\(event.type) \(event.data)")
        }
        return handlers
    }

    @Test func `a poll is counted and thanked for`() async throws {
        let handlers = makeHandlers()
        let engine = try await TestEngine(handlers)  // effects are captured: no message is sent
        try await engine.record(PollCompleted(phone: "+46 70 174 06 05", score: 9))
        #expect(statistics.scores.withLock { $0.isEmpty })  // recorded, and nothing has run
        try await engine.drain()
        #expect(try engine.requested(SendSMS.self) == [SendSMS(to: "+46701740605", text: "Thank you!")])
        #expect(Array(statistics.scores.withLock { $0.values }) == [9])
    }

    @Test func `what is not valid is not stored`() async throws {
        let engine = try await TestEngine(makeHandlers())
        await #expect(throws: Invalid.self) { try await engine.record(PollCompleted(phone: "+46", score: -1)) }
        #expect(engine.events.isEmpty)
    }
}
