import Ensue
import GRDB

/// An instruction: there shall be a contact with this number.
struct CreateContact: Effect {
    static let kind: EffectKind = "contact.create"

    struct Output: Codable, Sendable { var contact: Int64 }

    var phone: String
    var name: String
}

extension Handlers {
    mutating func handleContacts(in contacts: Contacts) {
        handle(CreateContact.self) { contact, context in
            // The contacts are in another database than the ledger. If the process dies here, between the two commits,
            // the effect runs again: so a second run has to find what the first one did.
            let id = try await contacts.save(phone: contact.phone, name: contact.name)

            // Requested in the very transaction that completes this effect: a run that fails requests nothing. The key
            // makes it one welcome for each contact, however many polls they answer.
            let welcome = SendSMS(to: contact.phone, text: "Thank you, \(contact.name)!")
            try context.request(welcome, key: "welcome-\(id)")
            return .completed(CreateContact.Output(contact: id))
        }
    }
}

/// This program's own data, in a file of its own, which is created when it is first needed.
actor Contacts {
    private let path: String
    private var opened: DatabaseQueue?

    init(path: String) { self.path = path }

    /// Saves a contact and returns its number: the same one for the same phone, however often it is called.
    func save(phone: String, name: String) async throws -> Int64 {
        try await database().write { db in
            try Int64.fetchOne(
                db,
                sql: """
                    INSERT INTO contacts (phone, name) VALUES (?, ?)
                    ON CONFLICT (phone) DO UPDATE SET name = excluded.name RETURNING id
                    """, arguments: [phone, name]) ?? 0
        }
    }

    func contains(phone: String) async throws -> Bool {
        try await database().read { db in
            try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM contacts WHERE phone = ?)", arguments: [phone])
                ?? false
        }
    }

    private func database() throws -> DatabaseQueue {
        if let opened { return opened }
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS contacts (
                        id INTEGER PRIMARY KEY, phone TEXT NOT NULL UNIQUE, name TEXT NOT NULL)
                    """)
        }
        opened = queue
        return queue
    }
}
