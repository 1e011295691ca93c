internal import CLibpq
public import Ensue

/// One row of a result. Columns are counted from 0.
///
/// The statement and the code that reads its result are written together: reading a column as what it is not, or a
/// NULL as a value, is a fault of the program and stops it.
public struct PostgresRow {
    let rows: PostgresRows
    let index: Int32

    public func isNull(_ column: Int) -> Bool { PQgetisnull(rows.result, index, Int32(column)) == 1 }

    /// An `int2`, `int4` or `int8`.
    public func int(_ column: Int) -> Int64 { value(column, optionalInt) }

    public func optionalInt(_ column: Int) -> Int64? {
        read(column) { bytes in
            switch type(column) {
            case .int8: bytes.number(as: Int64.self)
            case .int4: Int64(bytes.number(as: Int32.self))
            case .int2: Int64(bytes.number(as: Int16.self))
            default: refuse(column, "an integer")
            }
        }
    }

    /// Text, `json`, `jsonb` or an enumeration's label.
    public func text(_ column: Int) -> String { value(column, optionalText) }

    public func optionalText(_ column: Int) -> String? {
        read(column) { bytes in
            // `jsonb` has the format's version, 1, before its text.
            let start = type(column) == .jsonb ? 1 : 0
            return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start...]), as: UTF8.self)
        }
    }

    public func bool(_ column: Int) -> Bool { value(column, optionalBool) }

    public func optionalBool(_ column: Int) -> Bool? {
        read(column) { bytes in
            guard type(column) == .bool else { refuse(column, "a boolean") }
            return bytes[0] != 0
        }
    }

    /// A `float4` or `float8`.
    public func double(_ column: Int) -> Double { value(column, optionalDouble) }

    public func optionalDouble(_ column: Int) -> Double? {
        read(column) { bytes in
            switch type(column) {
            case .float8: Double(bitPattern: bytes.number(as: UInt64.self))
            case .float4: Double(Float(bitPattern: bytes.number(as: UInt32.self)))
            default: refuse(column, "a floating-point number")
            }
        }
    }

    /// A `timestamptz`, rounded down to the millisecond; the infinities are the earliest and the latest `Timestamp`.
    public func time(_ column: Int) -> Timestamp { value(column, optionalTime) }

    public func optionalTime(_ column: Int) -> Timestamp? {
        read(column) { bytes in
            guard type(column) == .timestamptz else { refuse(column, "a timestamptz") }
            return PostgresTime.timestamp(microseconds: bytes.number(as: Int64.self))
        }
    }

    /// A `bytea`.
    public func bytes(_ column: Int) -> [UInt8] { value(column, optionalBytes) }

    public func optionalBytes(_ column: Int) -> [UInt8]? { read(column) { [UInt8]($0) } }

    /// An `int4[]` or `int8[]` without NULLs; NULL, which is what `array_agg` makes of no rows, is an empty array.
    public func ints(_ column: Int) -> [Int64] {
        read(column) { bytes in
            let type = type(column)
            guard type == .int8Array || type == .int4Array else { refuse(column, "an array of integers") }
            var reader = BinaryReader(bytes)
            guard reader.number(as: Int32.self) > 0 else { return [] }
            guard reader.number(as: Int32.self) == 0 else { refuse(column, "an array without NULLs") }
            _ = reader.number(as: UInt32.self)
            let count = Int(reader.number(as: Int32.self))
            _ = reader.number(as: Int32.self)
            return (0..<count).map { _ in
                let isLong = reader.number(as: Int32.self) == 8
                return isLong ? reader.number(as: Int64.self) : Int64(reader.number(as: Int32.self))
            }
        } ?? []
    }

    // MARK: Reading

    /// The types that are read, by their numbers in `pg_type`.
    private enum Column: Oid {
        case bool = 16
        case int8 = 20
        case int2 = 21
        case int4 = 23
        case float4 = 700
        case float8 = 701
        case int4Array = 1007
        case int8Array = 1016
        case timestamptz = 1184
        case jsonb = 3802
    }

    private func type(_ column: Int) -> Column? { Column(rawValue: PQftype(rows.result, Int32(column))) }

    /// Gives `body` the value's bytes; nil for NULL.
    @inline(__always)
    private func read<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer) -> Value) -> Value? {
        withExtendedLifetime(rows) {
            let place = Int32(column)
            guard let start = PQgetvalue(rows.result, index, place) else {
                preconditionFailure("the result has no column \(column)")
            }
            let length = Int(PQgetlength(rows.result, index, place))
            // Only a value of no length can be NULL, which saves the call for most.
            if length == 0, PQgetisnull(rows.result, index, place) == 1 { return nil }
            return body(UnsafeRawBufferPointer(start: start, count: length))
        }
    }

    @inline(__always)
    private func value<Value>(_ column: Int, _ read: (Int) -> Value?) -> Value {
        guard let value = read(column) else { preconditionFailure("column \(column) is NULL") }
        return value
    }

    private func refuse(_ column: Int, _ expected: String) -> Never {
        preconditionFailure("column \(column), of type \(PQftype(rows.result, Int32(column))), is not \(expected)")
    }
}
