/// What a parser makes of what it reads: one grammar, several results.
protocol JSONBuilder {
    associatedtype Text
    associatedtype Name
    associatedtype Value
    associatedtype Elements
    associatedtype Members

    static var null: Value { get }
    static func bool(_ value: Bool) -> Value
    static func number(_ text: UnsafeBufferPointer<UInt8>) -> Value
    static func text(_ utf8: UnsafeBufferPointer<UInt8>) -> Text
    static func name(_ utf8: UnsafeBufferPointer<UInt8>) -> Name
    static func string(_ text: Text) -> Value

    static var noElements: Elements { get }
    static func append(_ element: Value, to elements: inout Elements)
    static func array(_ elements: Elements) -> Value

    static var noMembers: Members { get }
    static func append(_ name: Name, _ value: Value, to members: inout Members)
    static func object(_ members: Members) -> Value
}

/// Builds a `JSONValue`.
enum JSONTree: JSONBuilder {
    static var null: JSONValue { .null }

    static func bool(_ value: Bool) -> JSONValue { .bool(value) }

    static func number(_ text: UnsafeBufferPointer<UInt8>) -> JSONValue {
        .number(JSONNumber(validated: String(decoding: text, as: UTF8.self)))
    }

    static func text(_ utf8: UnsafeBufferPointer<UInt8>) -> String { String(decoding: utf8, as: UTF8.self) }

    static func name(_ utf8: UnsafeBufferPointer<UInt8>) -> String { String(decoding: utf8, as: UTF8.self) }

    static func string(_ text: String) -> JSONValue { .string(text) }

    static var noElements: [JSONValue] { [] }

    static func append(_ element: JSONValue, to elements: inout [JSONValue]) { elements.append(element) }

    static func array(_ elements: [JSONValue]) -> JSONValue { .array(elements) }

    /// Members are collected in a list because a dictionary of known size never has to grow and hash again.
    static var noMembers: [(String, JSONValue)] { [] }

    static func append(_ name: String, _ value: JSONValue, to members: inout [(String, JSONValue)]) {
        members.append((name, value))
    }

    static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        var object = [String: JSONValue](minimumCapacity: members.count)
        for (name, value) in members { object[name] = value }
        return .object(object)
    }
}

/// Builds nothing, and tells whether an object anywhere in the value repeats a member name.
enum JSONRepetition: JSONBuilder {
    static var null: Bool { false }

    static func bool(_ value: Bool) -> Bool { false }

    static func number(_ text: UnsafeBufferPointer<UInt8>) -> Bool { false }

    static func text(_ utf8: UnsafeBufferPointer<UInt8>) {}

    static func name(_ utf8: UnsafeBufferPointer<UInt8>) -> String { String(decoding: utf8, as: UTF8.self) }

    static func string(_ text: Void) -> Bool { false }

    static var noElements: Bool { false }

    static func append(_ element: Bool, to elements: inout Bool) { elements = elements || element }

    static func array(_ elements: Bool) -> Bool { elements }

    static var noMembers: (names: [String], repeats: Bool) { ([], false) }

    static func append(_ name: String, _ value: Bool, to members: inout (names: [String], repeats: Bool)) {
        members.names.append(name)
        members.repeats = members.repeats || value
    }

    static func object(_ members: (names: [String], repeats: Bool)) -> Bool {
        members.repeats || repeats(members.names)
    }

    /// A few names are compared pair by pair, which is faster than hashing them.
    private static func repeats(_ names: [String]) -> Bool {
        guard names.count <= 16 else { return Set(names).count < names.count }
        return names.indices.contains { index in names[..<index].contains(names[index]) }
    }
}
