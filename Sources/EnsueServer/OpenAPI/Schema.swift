internal import Ensue

/// A JSON Schema (draft 2020-12), which is what OpenAPI 3.1 describes values with.
///
/// Carries the named schemas that it refers to, so that a document can be put together from what its operations use.
struct Schema: Sendable {
    private(set) var members = JSONMembers()
    private(set) var definitions: [String: Schema] = [:]

    var json: JSONText { members.object }

    /// A part of an object.
    struct Member: Sendable {
        let name: String
        let schema: Schema
        let isRequired: Bool

        static func required(_ name: String, _ schema: Schema) -> Member {
            Member(name: name, schema: schema, isRequired: true)
        }

        static func optional(_ name: String, _ schema: Schema) -> Member {
            Member(name: name, schema: schema, isRequired: false)
        }
    }

    /// Which members that are not described an object may have.
    enum Others: Sendable {
        /// Answers grow: readers have to ignore what they do not know.
        case later
        /// Anything, by design.
        case any
        /// Bodies are read strictly.
        case none
    }
}

extension Schema {
    /// Any JSON value.
    static func any(_ description: String) -> Schema {
        var schema = Schema()
        schema.members.add("description", text: description)
        return schema
    }

    /// A string; lengths are in characters.
    static func string(
        _ description: String, pattern: String? = nil, format: String? = nil, length: ClosedRange<Int>? = nil,
        example: String? = nil
    ) -> Schema {
        var schema = Schema(type: "string", description)
        schema.members.add("format", text: format)
        schema.members.add("pattern", text: pattern)
        if let length {
            schema.members.add("minLength", length.lowerBound)
            schema.members.add("maxLength", length.upperBound)
        }
        schema.addExamples(example.map { JSONValue.string($0) })
        return schema
    }

    /// One of some strings.
    static func choice(_ description: String, of values: [String]) -> Schema {
        var schema = Schema(type: "string", description)
        schema.members.add("enum", JSONValue.array(values.map { .string($0) }))
        return schema
    }

    /// One string alone.
    static func constant(_ value: String) -> Schema {
        var schema = Schema()
        schema.members.add("const", text: value)
        return schema
    }

    static func integer(_ description: String, in range: PartialRangeFrom<Int>) -> Schema {
        var schema = Schema(type: "integer", description)
        schema.members.add("minimum", range.lowerBound)
        return schema
    }

    static func number(_ description: String, in range: ClosedRange<Int>, isWhole: Bool = false) -> Schema {
        var schema = Schema(type: isWhole ? "integer" : "number", description)
        schema.members.add("minimum", range.lowerBound)
        schema.members.add("maximum", range.upperBound)
        return schema
    }

    static func bool(_ description: String) -> Schema { Schema(type: "boolean", description) }

    private init(type: String, _ description: String) {
        members.add("type", text: type)
        members.add("description", text: description)
    }

    private mutating func addExamples(_ example: JSONValue?) {
        members.add("examples", example.map { JSONValue.array([$0]) })
    }
}

extension Schema {
    static func array(_ description: String, of element: Schema, count: ClosedRange<Int>? = nil) -> Schema {
        var schema = Schema(type: "array", description)
        schema.add("items", element)
        if let count {
            schema.members.add("minItems", count.lowerBound)
            schema.members.add("maxItems", count.upperBound)
        }
        return schema
    }

    static func object(_ description: String, _ parts: [Member], others: Others = .later) -> Schema {
        var schema = Schema(type: "object", description)
        let required = parts.filter(\.isRequired).map(\.name)
        if !required.isEmpty {
            schema.members.add("required", JSONValue.array(required.map { .string($0) }))
        }
        var properties = JSONMembers()
        for part in parts {
            properties.add(part.name, part.schema.json)
            schema.adopt(part.schema)
        }
        schema.members.add("properties", properties)
        switch others {
        case .later: break
        case .any: schema.members.add("additionalProperties", .bool(true))
        case .none: schema.members.add("additionalProperties", .bool(false))
        }
        return schema
    }

    /// What fits one of several schemas.
    static func either(_ description: String, _ schemas: [Schema]) -> Schema {
        var schema = Schema()
        schema.members.add("description", text: description)
        schema.members.add("anyOf", JSONText.array(schemas.map(\.members)))
        for alternative in schemas { schema.adopt(alternative) }
        return schema
    }

    /// The same value, or null, which stands for its absence.
    var orNull: Schema {
        var schema = Schema()
        var null = JSONMembers()
        null.add("type", text: "null")
        schema.members.add("anyOf", JSONText.array([members, null]))
        schema.adopt(self)
        return schema
    }

    /// A reference to this schema, which the document then holds under `name`.
    func named(_ name: String) -> Schema {
        var reference = Schema.reference(to: name)
        reference.adopt(self)
        reference.definitions[name] = self
        return reference
    }

    /// A reference to a schema that is named elsewhere in the same document; for schemas that hold themselves.
    static func reference(to name: String) -> Schema {
        var schema = Schema()
        schema.members.add("$ref", text: "#/components/schemas/\(name)")
        return schema
    }

    private mutating func add(_ name: String, _ part: Schema) {
        members.add(name, part.json)
        adopt(part)
    }

    private mutating func adopt(_ part: Schema) {
        definitions.merge(part.definitions) { first, _ in first }
    }
}
