internal import Ensue

/// The members of an object that was sent to the API. Members that the API does not know are refused: a misspelt
/// `due` must not mean "at once".
struct Fields {
    private let members: [String: JSONValue]

    init(_ value: JSONValue, of noun: String, allowed: [String]) throws(Invalid) {
        guard let members = value.object else { throw Invalid("\(noun) must be a JSON object") }
        self.members = members
        guard let unknown = members.keys.filter({ !allowed.contains($0) }).min() else { return }
        throw Self.unknown(unknown, allowed)
    }

    private static func unknown(_ name: String, _ allowed: [String]) -> Invalid {
        let shown = name.prefix(60)
        if let near = nearest(to: String(shown), among: allowed) {
            return Invalid("unknown field '\(shown)'; did you mean '\(near)'?")
        }
        guard !allowed.isEmpty else { return Invalid("unknown field '\(shown)'; there are no fields here") }
        return Invalid("unknown field '\(shown)'; the fields are \(allowed.joined(separator: ", "))")
    }

    /// Nil where the member is absent or null.
    subscript(name: String) -> JSONValue? {
        guard let value = members[name], !value.isNull else { return nil }
        return value
    }

    /// Nil where the member is absent; null is a value like any other.
    func given(_ name: String) -> JSONValue? { members[name] }

    /// Any value, null included.
    func required(_ name: String) throws(Invalid) -> JSONValue {
        guard let value = members[name] else { throw Invalid("missing field '\(name)'") }
        return value
    }

    func string(_ name: String) throws(Invalid) -> String? {
        guard let value = self[name] else { return nil }
        guard let string = value.string else { throw Invalid("'\(name)' must be a string") }
        return string
    }

    func requiredString(_ name: String) throws(Invalid) -> String {
        _ = try required(name)
        guard let string = try string(name) else { throw Invalid("'\(name)' must be a string") }
        return string
    }

    func bool(_ name: String) throws(Invalid) -> Bool? {
        guard let value = self[name] else { return nil }
        guard let bool = value.bool else { throw Invalid("'\(name)' must be true or false") }
        return bool
    }

    func time(_ name: String) throws(Invalid) -> Timestamp? {
        guard let text = try string(name) else { return nil }
        guard let time = Timestamp(iso8601: text) else {
            throw Invalid("'\(name)' is not an ISO 8601 time such as 2026-03-04T09:15:02Z")
        }
        return time
    }

    func strings(_ name: String) throws(Invalid) -> [String]? {
        guard let value = self[name] else { return nil }
        let strings = value.array?.compactMap(\.string)
        guard let strings, strings.count == value.array?.count else {
            throw Invalid("'\(name)' must be an array of strings")
        }
        return strings
    }
}
