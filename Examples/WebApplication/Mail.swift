import Ensue
import Foundation
import Logging

/// An instruction: one mail.
struct SendMail: Effect {
    static let kind: EffectKind = "mail.send"

    var to: String
    var subject: String
    var text: String

    func validate() throws { try require(to.contains("@"), "'to' must be an address such as anna@example.com") }
}

extension Handlers {
    mutating func handleMail(with mailer: Mailer) {
        handle(SendMail.self, policy: .retrying(attempts: 8)) { mail, context in
            try mailer.send(mail, identifier: context.idempotencyKey)
            context.logger.info("sent", metadata: ["to": "\(mail.to)", "subject": "\(mail.subject)"])
            return .completed()
        }
    }
}

/// A folder stands for the mail server, and a file in it for a mail.
struct Mailer: Sendable {
    let outbox: URL

    /// The identifier is the same in every run of an effect: a mail that is sent again is the same file, not another.
    func send(_ mail: SendMail, identifier: String) throws {
        try FileManager.default.createDirectory(at: outbox, withIntermediateDirectories: true)
        let text =
            "Message-ID: <\(identifier)@shop.example>\nTo: \(mail.to)\nSubject: \(mail.subject)\n\n\(mail.text)\n"
        try Data(text.utf8).write(to: outbox.appendingPathComponent("\(identifier).eml"), options: .atomic)
    }
}
