public import Ensue

/// A statement's parameter. It is sent in binary and with its type, so that the server infers nothing and text needs
/// no quoting.
public enum PostgresValue: Sendable, Hashable {
    /// NULL of a type that the server infers from the statement. Where it cannot, `missing` says it.
    case null
    /// NULL of a known type.
    case missing(PostgresType)
    /// `text`. The server refuses a zero byte in it.
    case text(String)
    /// `int8`.
    case integer(Int64)
    /// `float8`.
    case double(Double)
    /// `boolean`.
    case boolean(Bool)
    /// `bytea`.
    case bytes([UInt8])
    /// `timestamptz`. The earliest and the latest `Timestamp` stand for minus and plus infinity.
    case time(Timestamp)
    /// `json`, kept as it is written.
    case json(JSONText)
    /// `int8[]`.
    case integers([Int64])
    /// `int8[]` with NULLs.
    case optionalIntegers([Int64?])
    /// `text[]`.
    case texts([String])
    /// `text[]` with NULLs.
    case optionalTexts([String?])
    /// `boolean[]`.
    case booleans([Bool])
    /// `float8[]`.
    case doubles([Double?])
    /// `timestamptz[]`.
    case times([Timestamp?])
    /// `json[]` of documents that are known to be JSON.
    case jsons([String?])

    public static func optional(_ value: Int64?) -> PostgresValue { value.map(integer) ?? missing(.integer) }

    public static func optional(_ value: String?) -> PostgresValue { value.map(text) ?? missing(.text) }

    public static func optional(_ value: Timestamp?) -> PostgresValue { value.map(time) ?? missing(.time) }

    public static func optional(_ value: Double?) -> PostgresValue { value.map(double) ?? missing(.double) }

    public static func optional(_ value: Bool?) -> PostgresValue { value.map(boolean) ?? missing(.boolean) }

    public static func optional(_ value: JSONText?) -> PostgresValue { value.map(json) ?? missing(.json) }

    public static func optional(_ value: [UInt8]?) -> PostgresValue { value.map(bytes) ?? missing(.bytes) }

    /// What the value is on the wire; nil leaves it to the server.
    var type: PostgresType? {
        switch self {
        case .null: nil
        case .missing(let type): type
        case .text: .text
        case .integer: .integer
        case .double: .double
        case .boolean: .boolean
        case .bytes: .bytes
        case .time: .time
        case .json: .json
        case .integers, .optionalIntegers: .integers
        case .texts, .optionalTexts: .texts
        case .booleans: .booleans
        case .doubles: .doubles
        case .times: .times
        case .jsons: .jsons
        }
    }
}

extension PostgresValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .text(value) }

    public init(integerLiteral value: Int64) { self = .integer(value) }

    public init(booleanLiteral value: Bool) { self = .boolean(value) }

    public init(floatLiteral value: Double) { self = .double(value) }

    public init(nilLiteral: ()) { self = .null }
}
