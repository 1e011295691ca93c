internal import Ensue
internal import EnsueEffects
internal import Logging

/// A fact: somebody has answered all questions of a poll.
struct PollCompleted: Event {
    static let eventType: EventType = "polls.PollCompleted"
    var phone: String
    var score: Int
    func validate() throws { try require(score >= 0, "score must not be negative") }
}

/// An instruction: one text message.
struct SendSMS: Effect {
    static let kind: EffectKind = "sms.send"
    struct Output: Codable, Sendable { var messageID: String }
    var to: String
    var text: String
    func validate() throws { try require(to.hasPrefix("+"), "'to' must be a number such as +46701740605") }
}

extension EffectKind {
    /// An instruction without a Swift type: its payload is any JSON with a number `RATESET`.
    static let publishRateset: EffectKind = "publish_rateset"
}

extension Handlers {
    /// What the demo handles and listens for. `server` is the port of the demo's own server, where effects are
    /// completed from outside.
    static func samples(gateway: GatewayClient, server: Milestone<Int>) -> Handlers {
        var handlers = Handlers()
        handlers.addBuiltInEffects()

        handlers.handle(
            SendSMS.self,
            policy: .retrying(attempts: 8, backoff: .exponential(from: .seconds(2), limit: .seconds(30)))
        ) { sms, context in
            .completed(try await gateway.send(sms, idempotencyKey: context.idempotencyKey))
        }

        handlers.handle(
            .publishRateset,
            accepting: { payload in
                try require(payload["RATESET"]?.double != nil, "RATESET must be a number, such as 42")
            }
        ) { payload, context in
            let completions = "http://127.0.0.1:\(try await server.value())/v1/completions"
            try await gateway.upload(
                rateset: payload["RATESET"] ?? .null, completion: "\(completions)/\(context.completion.token)")
            return .deferred(within: .seconds(60))
        }

        handlers.respond(to: PollCompleted.self, as: "thank-respondent") { poll in
            SendSMS(to: poll.phone, text: "Thank you! You gave us \(poll.score) points.")
        }

        handlers.listen(matching: .glob("challenge*"), as: "challenge-log") { event, context in
            context.logger.notice("heard of a challenge", metadata: ["type": "\(event.type)", "data": "\(event.data)"])
        }
        return handlers
    }
}
