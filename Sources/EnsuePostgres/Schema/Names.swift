internal import Synchronization

/// Turns statements as we write them, with `{effects}`, into statements on the tables of one schema:
/// `"ensue".effects`. `{schema}` alone is the schema's quoted name. Between apostrophes it becomes a literal.
final class Names: Sendable {
    /// The schema's name, unquoted.
    let schema: String
    private let resolved = Mutex<[String: String]>([:])

    init(schema: String) { self.schema = schema }

    /// The schema's name as an identifier.
    var quotedSchema: String { Self.quoted(schema) }

    /// On which notifications come. Its name may have 63 bytes, as a schema's.
    var channel: String {
        let name = "ensue.\(schema)"
        return name.utf8.count < 64 ? name : schema
    }

    func resolve(_ template: String) -> String {
        if let sql = resolved.withLock({ $0[template] }) { return sql }
        let sql = render(template)
        resolved.withLock { $0[template] = sql }
        return sql
    }

    /// As ``resolve(_:)`` for texts that are used once.
    func render(_ template: String) -> String {
        let quoted = quotedSchema
        return template.replacing(/('?)\{([a-z_0-9]+)\}('?)/) { match in
            let name = match.2 == "schema" ? quoted : "\(quoted).\(match.2)"
            return match.1.isEmpty || match.3.isEmpty ? "\(match.1)\(name)\(match.3)" : Self.literal(name)
        }
    }

    static func quoted(_ identifier: String) -> String {
        "\"\(identifier.replacing("\"", with: "\"\""))\""
    }

    /// A text as a literal.
    static func literal(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
}
