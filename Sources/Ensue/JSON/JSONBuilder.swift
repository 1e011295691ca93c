/// What a parser makes of what it reads: one grammar, several results.
protocol JSONBuilder {
    associatedtype Text
    associatedtype Value
    associatedtype Elements
    associatedtype Members

    static var null: Value { get }
    static func bool(_ value: Bool) -> Value
    static func number(_ text: UnsafeBufferPointer<UInt8>) -> Value
    static func text(_ utf8: UnsafeBufferPointer<UInt8>) -> Text
    static func string(_ text: Text) -> Value

    static var noElements: Elements { get }
    static func append(_ element: Value, to elements: inout Elements)
    static func array(_ elements: Elements) -> Value

    static var noMembers: Members { get }
    static func append(_ name: Text, _ value: Value, to members: inout Members)
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

/// Builds nothing: for text that only has to be valid.
enum JSONValidation: JSONBuilder {
    static var null: Void { () }
    static func bool(_ value: Bool) {}
    static func number(_ text: UnsafeBufferPointer<UInt8>) {}
    static func text(_ utf8: UnsafeBufferPointer<UInt8>) {}
    static func string(_ text: Void) {}
    static var noElements: Void { () }
    static func append(_ element: Void, to elements: inout Void) {}
    static func array(_ elements: Void) {}
    static var noMembers: Void { () }
    static func append(_ name: Void, _ value: Void, to members: inout Void) {}
    static func object(_ members: Void) {}
}
