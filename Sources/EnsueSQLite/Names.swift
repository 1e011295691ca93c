internal import Synchronization

/// Turns statements as we write them, with `{effects}`, into statements on the tables as they are called here:
/// `effects` in a file of our own, `ensue_effects` in an application's database.
final class Names: Sendable {
    private let prefix: String
    private let resolved = Mutex<[String: String]>([:])

    init(prefix: String) { self.prefix = prefix }

    /// Whether the database is an application's.
    var isShared: Bool { !prefix.isEmpty }

    func resolve(_ template: String) -> String {
        resolved.withLock { known in
            if let sql = known[template] { return sql }
            let sql = template.replacing(/\{([a-z_0-9]+)\}/) { match in prefix + match.1 }
            known[template] = sql
            return sql
        }
    }
}
