import Foundation

extension JSONNumber: Decodable {
    /// Reads a number from any decoder.
    ///
    /// Foundation's decoder gives no access to the text, so through it a number is exact when `Decimal` can hold it,
    /// 38 digits or more, and rounded to `Decimal`, or beyond its range to `Double`, otherwise. The spelling is lost.
    ///
    /// - Throws: A `DecodingError` when there is no number, or when it is beyond the range of `Double`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // Decimal comes first: Foundation answers a request for Int64 with 1 when the text is 1.00000000000000000001.
        if let decimal = try? container.decode(Decimal.self), let number = JSONNumber(decimal) {
            self = number
        } else if let integer = try? container.decode(Int64.self) {
            self.init(integer)
        } else if let integer = try? container.decode(UInt64.self) {
            self.init(integer)
        } else {
            let double = try container.decode(Double.self)
            guard let number = JSONNumber(double) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "JSON has no number for \(double).")
            }
            self = number
        }
    }
}

extension JSONNumber: Encodable {
    /// Hands the number to any encoder: exactly when `Int64`, `UInt64` or `Decimal` can hold it, rounded to `Decimal`,
    /// or beyond its range to `Double`, otherwise.
    ///
    /// - Throws: An `EncodingError` when the number is beyond the range of `Double`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let integer = Int64(text) {
            try container.encode(integer)
        } else if let integer = UInt64(text) {
            try container.encode(integer)
        } else if let decimal = Decimal(string: text, locale: nil), decimal.isFinite {
            try container.encode(decimal)
        } else {
            guard double.isFinite else {
                throw EncodingError.invalidValue(
                    self,
                    .init(codingPath: encoder.codingPath, debugDescription: "\(text) is beyond the range of Double."))
            }
            try container.encode(double)
        }
    }
}
