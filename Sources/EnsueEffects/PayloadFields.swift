internal import Ensue

/// The fields of a payload, which hold what they should or are refused with a text for the sender. A field that is null
/// counts as absent.
struct PayloadFields {
    private let members: [String: JSONValue]

    /// Refuses a payload that is no object, or has a field which is not one of `fields`.
    init(_ payload: JSONValue, of kind: EffectKind, fields: [String]) throws(Invalid) {
        guard let members = payload.object else { throw Invalid("the payload of \(kind) is not an object") }
        if let unknown = members.keys.filter({ !fields.contains($0) }).min() {
            let shown = String(unknown.prefix(60))
            let near = fields.filter { editDistance($0, shown) <= 2 }
            let hint =
                near.isEmpty
                ? "the fields of \(kind) are \(fields.joined(separator: ", "))"
                : "did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?"
            throw Invalid("unknown field '\(shown)'; \(hint)")
        }
        self.members = members
    }

    /// Whatever is there, null included; nil only when the field is absent.
    func value(_ name: String) -> JSONValue? { members[name] }

    func string(_ name: String) throws(Invalid) -> String? { try read(name, as: "a string", \.string) }

    func requiredString(_ name: String) throws(Invalid) -> String {
        guard let value = try string(name) else { throw Invalid("missing key: \(name)") }
        return value
    }

    func number(_ name: String) throws(Invalid) -> Double? { try read(name, as: "a number", \.double) }

    func object(_ name: String) throws(Invalid) -> [String: JSONValue]? {
        try read(name, as: "an object", \.object)
    }

    func strings(_ name: String) throws(Invalid) -> [String]? {
        try read(name, as: "an array of strings") { value in
            let strings = value.array?.map(\.string)
            return strings?.contains(nil) == true ? nil : strings?.compactMap(\.self)
        }
    }

    func stringMembers(_ name: String) throws(Invalid) -> [String: String]? {
        try read(name, as: "an object of strings") { value in
            let strings = value.object?.mapValues(\.string)
            return strings?.values.contains(nil) == true ? nil : strings?.compactMapValues(\.self)
        }
    }

    private func read<Value>(
        _ name: String, as noun: String, _ convert: (JSONValue) -> Value?
    ) throws(Invalid) -> Value? {
        guard let value = members[name], !value.isNull else { return nil }
        guard let converted = convert(value) else { throw Invalid("'\(name)' must be \(noun)") }
        return converted
    }
}
