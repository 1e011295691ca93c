import Ensue

/// A fact: somebody has answered all questions of a poll.
struct PollCompleted: Event {
    static let eventType: EventType = "polls.PollCompleted"

    var phone: String
    var name: String
    var score: Int

    /// Asked before the event is stored, wherever it comes from: what is thrown here is what its sender reads.
    func validate() throws {
        try require(phone.hasPrefix("+"), "phone must be a number such as +46701740605")
        try require((0...10).contains(score), "score must be from 0 to 10")
    }

    /// Asked when the event is listened to. What is stored stays as it was sent.
    func cleaned() -> PollCompleted {
        PollCompleted(phone: phone.filter { $0 != " " }, name: name, score: score)
    }
}

extension Handlers {
    mutating func addPolls() {
        // What is to be done about a poll, as data. The closure does nothing itself: no run of it can go half wrong.
        respond(to: PollCompleted.self, as: "keep-respondent") { poll in
            CreateContact(phone: poll.phone, name: poll.name)
        }
        respond(to: PollCompleted.self, as: "ask-the-unhappy") { poll in
            if poll.score <= 3 {
                SendSMS(to: poll.phone, text: "We are sorry, \(poll.name). What could we do better?")
            }
        }
    }
}
