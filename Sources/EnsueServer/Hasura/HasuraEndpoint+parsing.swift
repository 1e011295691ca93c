public import Ensue

extension HasuraEndpoint {
    /// Parses `NAME` or `NAME:OPTION=VALUE,…`, such as
    /// `orders:mapping=event,account=acme,rejected=accepted,secret=X-Hook: s3cret`.
    ///
    /// The options are `mapping` (automatic, effect, event), `account`, `rejected` (refused, accepted) and `secret`
    /// (HEADER:VALUE). `secret` comes last: everything after it is the secret, commas too. Blanks around names and
    /// values do not count. Throws ``Invalid``, which says what would be right and never shows a secret.
    public init(parsing text: String) throws(Invalid) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = (parts.first ?? "").withoutOuterBlanks
        do {
            var options = try Options(parts.count == 2 ? parts[1] : nil)
            try self.init(
                name, mapping: try options.take("mapping", as: Mapping.self) ?? .automatic,
                secret: try options.take("secret").map { text throws(Invalid) in try SecretHeader(parsing: text) },
                account: try options.account(), rejected: try options.take("rejected", as: Rejected.self) ?? .refused)
        } catch {
            // Who forgot a colon has put the secret into the name.
            let shown = String(name.prefix { $0.isLetter || $0.isNumber || "_.-".contains($0) }.prefix(60))
            throw Invalid("the Hasura endpoint '\(shown)': \(error)")
        }
    }

    /// Parses one text for each endpoint. Throws ``Invalid`` also if two have the same name.
    public static func endpoints(parsing texts: [String]) throws(Invalid) -> [HasuraEndpoint] {
        var endpoints: [HasuraEndpoint] = []
        for text in texts {
            let endpoint = try HasuraEndpoint(parsing: text)
            try require(
                !endpoints.contains { $0.name == endpoint.name },
                "the Hasura endpoint '\(endpoint.name)' is there twice")
            endpoints.append(endpoint)
        }
        return endpoints
    }
}

/// What stands after the name. Values are shown in no error but those of options that hold no secret.
private struct Options {
    private static let names = ["mapping", "account", "rejected", "secret"]
    private var values: [String: String] = [:]

    init(_ text: String?) throws(Invalid) {
        guard var rest = text.map({ $0[...] }) else { return }
        repeat {
            guard let equals = rest.firstIndex(of: "="), !rest[..<equals].contains(",") else {
                throw Invalid("an option is written NAME=VALUE; the options are \(Self.list)")
            }
            let name = String(rest[..<equals]).withoutOuterBlanks
            rest = rest[rest.index(after: equals)...]
            guard Self.names.contains(name) else { throw Self.unknown(name) }
            try require(values[name] == nil, "the option '\(name)' is given twice")
            let value = name == "secret" ? rest : rest.prefix { $0 != "," }
            values[name] = String(value).withoutOuterBlanks
            rest = rest[value.endIndex...]
        } while rest.popFirst() != nil
    }

    private static var list: String { names.joined(separator: ", ") }

    /// Does not show the name: a secret that stands where it should not may look like one.
    private static func unknown(_ name: String) -> Invalid {
        let near = names.first { editDistance($0, String(name.prefix(60))) <= 2 }
        return Invalid(
            near.map { "an option is misspelt; did you mean '\($0)'?" }
                ?? "there is an option that is none of \(list); secret comes last")
    }

    mutating func take(_ name: String) -> String? { values.removeValue(forKey: name) }

    mutating func take<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, as _: Choice.Type
    ) throws(Invalid) -> Choice? {
        guard let text = take(name) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw Invalid("'\(name)' is '\(text.prefix(60))'; it can be \(all)")
    }

    mutating func account() throws(Invalid) -> Account? {
        guard let text = take("account") else { return nil }
        do { return try Account(text) } catch { throw Invalid(error.description) }
    }
}
