import Ensue

struct PollCompleted: Event {
    static let eventType: EventType = "polls.PollCompleted"
    var phone: String
    var score: Int

    func validate() throws { try require(score >= 0, "score must not be negative") }

    /// Keeps the digits of the phone number; there must be some.
    func cleaned() throws -> PollCompleted {
        let digits = phone.filter(\.isNumber)
        try require(!digits.isEmpty, "phone has no digits")
        return PollCompleted(phone: digits, score: score)
    }
}

struct SendSMS: Effect {
    static let kind: EffectKind = "sms.send"
    struct Output: Codable, Sendable, Equatable { var messageID: String }
    var to: String
    var text: String = "Thank you!"

    func validate() throws { try require(!to.isEmpty, "to must not be empty") }
}

/// Work without a meaning of its own.
struct Job: Effect {
    static let kind: EffectKind = "test.job"
    var name: String
}

struct Boom: Error, CustomStringConvertible {
    var description = "boom"
}

extension Handlers {
    /// Handlers of ``Job`` alone.
    static func job(
        _ policy: HandlerPolicy = .standard,
        _ body: @escaping @Sendable @concurrent (Job, HandlerContext) async throws -> Handled<NoOutput>
    ) -> Handlers {
        var handlers = Handlers()
        handlers.handle(Job.self, policy: policy, body)
        return handlers
    }
}

extension EventDraft {
    static func of(_ type: EventType, _ data: JSONValue = [:]) -> EventDraft {
        EventDraft(type: type, data: JSONText(data))
    }
}

extension EffectRequest {
    static func job(_ name: String, priority: Priority = .normal) -> EffectRequest {
        EffectRequest(kind: Job.kind, payload: JSONText(["name": .string(name)]), priority: priority)
    }
}
