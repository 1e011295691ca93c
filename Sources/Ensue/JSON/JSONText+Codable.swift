import Foundation

extension JSONText {
    /// Writes any encodable value: compact, members sorted by their UTF-8 bytes, slashes not escaped, dates as
    /// RFC 3339 in UTC with milliseconds, data in base 64.
    ///
    /// A `JSONValue` keeps its numbers to the digit; one inside another type is written as `JSONNumber` says.
    ///
    /// - Throws: An `EncodingError` for what JSON cannot hold, such as an infinite number, and for what is nested deeper
    ///   than `JSONValue.defaultMaxDepth`.
    public static func encoding(_ value: some Encodable) throws -> JSONText {
        if let text = value as? JSONText { return text }
        if let value = value as? JSONValue { return JSONText(value) }
        let data = try JSONCoding.encoder.encode(value)
        do {
            return try JSONText(parsing: data)
        } catch {
            let context = EncodingError.Context(
                codingPath: [], debugDescription: "The value cannot be read back: \(error.problem).",
                underlyingError: error)
            throw EncodingError.invalidValue(value, context)
        }
    }

    /// Reads a typed value from the document. Dates are RFC 3339, with or without a fraction of a second, in any time
    /// zone; data is base 64.
    ///
    /// A `JSONValue` keeps its numbers to the digit; one inside another type is read as `JSONNumber` says.
    ///
    /// - Throws: A `DecodingError` when the document does not have the shape of the type, or a `JSONSyntaxError` when a
    ///   trusted document that is to become a `JSONValue` is broken.
    public func decode<T: Decodable>(_ type: T.Type = T.self) throws -> T {
        if type == JSONValue.self, let value = try parsed() as? T { return value }
        if type == JSONText.self, let text = self as? T { return text }
        return try JSONCoding.decoder.decode(type, from: Data(text.utf8))
    }
}

extension JSONText: Codable {
    /// Reads the value at this place, whatever it is, and keeps it as compact text.
    public init(from decoder: any Decoder) throws {
        self.init(try JSONValue(from: decoder))
    }

    /// Writes the document as the value at this place, not as a string that contains it.
    ///
    /// - Throws: An `EncodingError`, also for a trusted document that is broken.
    public func encode(to encoder: any Encoder) throws {
        let value: JSONValue
        do {
            value = try parsed()
        } catch {
            let context = EncodingError.Context(
                codingPath: encoder.codingPath, debugDescription: "The document is not JSON.", underlyingError: error)
            throw EncodingError.invalidValue(self, context)
        }
        try value.encode(to: encoder)
    }
}

/// The one encoder and the one decoder of the package; both are safe to use from many threads once configured.
private enum JSONCoding {
    static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dataEncodingStrategy = .base64
        encoder.dateEncodingStrategy = .custom { date, encoder in
            guard let text = RFC3339.text(date) else {
                let context = EncodingError.Context(
                    codingPath: encoder.codingPath, debugDescription: "Only the years 0000 to 9999 can be written.")
                throw EncodingError.invalidValue(date, context)
            }
            var container = encoder.singleValueContainer()
            try container.encode(text)
        }
        return encoder
    }()

    static let decoder: JSONDecoder = {
        let decoder = JSONDecoder()
        decoder.dataDecodingStrategy = .base64
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let date = RFC3339.date(text) else {
                throw DecodingError.dataCorruptedError(
                    in: container,
                    debugDescription: "Expected a date and time such as 2026-01-31T09:30:00.250Z, found \"\(text)\".")
            }
            return date
        }
        return decoder
    }()
}
