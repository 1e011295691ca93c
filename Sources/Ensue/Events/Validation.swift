/// What `validate`, `cleaned` and `accepting` throw to refuse an event or effect; the text is shown to the sender.
public struct Invalid: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String
    public init(_ reason: String) { description = reason }
}

/// Throws ``Invalid`` with `reason` unless `condition` holds.
public func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws(Invalid) {
    guard condition else { throw Invalid(reason()) }
}

/// Throws ``Invalid`` that names every one of `keys` which `object` lacks, or which is null there.
public func require(keys: String..., in object: JSONValue) throws(Invalid) {
    let missing = keys.filter { key in
        guard let value = object[key] else { return true }
        return value == .null
    }
    guard missing.isEmpty else {
        throw Invalid("missing \(missing.count == 1 ? "key" : "keys"): \(missing.joined(separator: ", "))")
    }
}
