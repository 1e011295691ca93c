import Ensue

/// An instruction: one text message.
struct SendSMS: Effect {
    static let kind: EffectKind = "sms.send"

    struct Output: Codable, Sendable { var message: String }

    var to: String
    var text: String

    func validate() throws {
        try require(to.hasPrefix("+"), "'to' must be a number such as +46701740605")
        try require((1...160).contains(text.count), "a message has 1 to 160 characters")
    }
}

extension Handlers {
    mutating func handleSMS(through gateway: SMSGateway, to contacts: Contacts) {
        handle(
            SendSMS.self,
            // Six attempts, the waits doubling from half a second; a run that takes ten seconds has failed.
            policy: .retrying(
                attempts: 6, backoff: .exponential(from: .milliseconds(500), limit: .seconds(60)),
                timeout: .seconds(10)),
            // Asked before a request over HTTP is acknowledged, so it may look things up: the sender gets the answer.
            accepting: { sms in
                try require(try await contacts.contains(phone: sms.to), "\(sms.to) is not the number of a contact")
            }
        ) { sms, context in
            // The key is the same in every run, so that the gateway can tell a repetition from another message.
            .completed(try await gateway.send(sms, idempotencyKey: context.idempotencyKey))
        }
    }
}

/// Whoever sends messages, over HTTP.
struct SMSGateway: Sendable {
    let address: String

    func send(_ sms: SendSMS, idempotencyKey: String) async throws -> SendSMS.Output {
        let answer = try await post(
            try JSONText.encoding(sms), to: "\(address)/messages", idempotencyKey: idempotencyKey)
        if answer.isSuccess { return try JSONText(parsing: answer.body).decode(SendSMS.Output.self) }
        // What was our fault will be our fault next time: it fails for good. Anything else is tried again.
        if answer.isPassing { throw NotAnswered(description: "the gateway answered \(answer)") }
        throw Rejection("the gateway refused the message: \(answer)")
    }
}
