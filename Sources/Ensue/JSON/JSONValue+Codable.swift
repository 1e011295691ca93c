extension JSONValue: Decodable {
    /// Reads any value from any decoder, with numbers as exact as `JSONNumber` can read them.
    ///
    /// Member names are taken as they are, whatever the decoder's key strategy.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let string = try? container.decode(String.self) {
            self = .string(string)
        } else if let bool = try? container.decode(Bool.self) {
            self = .bool(bool)
        } else if (try? decoder.container(keyedBy: AnyKey.self)) != nil {
            self = .object(try container.decode([String: JSONValue].self))
        } else if (try? decoder.unkeyedContainer()) != nil {
            self = .array(try container.decode([JSONValue].self))
        } else {
            self = .number(try container.decode(JSONNumber.self))
        }
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        let intValue: Int?

        init(stringValue: String) {
            self.stringValue = stringValue
            intValue = nil
        }

        init(intValue: Int) {
            stringValue = String(intValue)
            self.intValue = intValue
        }
    }
}

extension JSONValue: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .number(let number): try container.encode(number)
        case .string(let value): try container.encode(value)
        case .array(let elements): try container.encode(elements)
        case .object(let members): try container.encode(members)
        }
    }
}

extension JSONValue {
    /// The value that `JSONText.encoding(_:)` writes, as a tree.
    ///
    /// - Throws: An `EncodingError` for what JSON cannot hold.
    public static func encoding(_ value: some Encodable) throws -> JSONValue {
        if let value = value as? JSONValue { return value }
        return try JSONText.encoding(value).parsed()
    }

    /// Reads a typed value, by the rules of `JSONText.decode(_:)`.
    ///
    /// - Throws: A `DecodingError` when the value does not have the shape of the type.
    public func decode<T: Decodable>(_ type: T.Type = T.self) throws -> T {
        if type == JSONValue.self, let value = self as? T { return value }
        return try JSONText(self).decode(type)
    }
}
