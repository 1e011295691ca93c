import Ensue

struct PollCompleted: Event, Equatable {
    static let eventType: EventType = "polls.PollCompleted"
    var phone: String
    var score: Int

    func validate() throws { try require(score >= 0, "score must not be negative") }

    func cleaned() throws -> PollCompleted {
        try require(!phone.isEmpty, "no phone")
        return PollCompleted(phone: phone.replacing(" ", with: ""), score: score)
    }
}

struct SendSMS: Effect, Equatable {
    static let kind: EffectKind = "sms.send"
    struct Output: Codable, Sendable, Equatable { var messageID: String }
    var to: String
    var text: String

    func validate() throws { try require(!text.isEmpty, "an empty message") }
}

/// An effect without output.
struct WriteLog: Effect, Equatable {
    static let kind: EffectKind = "log.write"
    var line: String
}
