import Ensue
import Testing

@testable import EnsuePostgres

@Suite struct PostgresValueTests {
    private static func encoded(_ value: PostgresValue) -> [UInt8]? {
        guard let count = value.byteCount else { return nil }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let start = UnsafeMutableRawPointer(buffer.baseAddress) {
                var writer = BinaryWriter(start)
                value.write(to: &writer)
                #expect(writer.next == start + count)
            }
            initialized = count
        }
    }

    private static func hex(_ value: PostgresValue) -> String? {
        encoded(value)?.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(arguments: [
        (PostgresValue.integer(-2), "fffffffffffffffe"),
        (.double(1.5), "3ff8000000000000"),
        (.boolean(true), "01"),
        (.text("é"), "c3a9"),
        (.text(""), ""),
        (.bytes([0, 255]), "00ff"),
        (.json(.emptyObject), "7b7d"),
        (.time(Timestamp(milliseconds: 946_684_800_001)), "00000000000003e8"),
        (.time(Timestamp(milliseconds: 0)), "fffca2fec4c82000"),
    ])
    func `a value is written in its type's binary format`(_ value: PostgresValue, _ bytes: String) {
        #expect(Self.hex(value) == bytes)
    }

    @Test(arguments: [
        (
            PostgresValue.integers([1, -1]),
            "0000000100000000000000140000000200000001" + "000000080000000000000001" + "00000008ffffffffffffffff"
        ),
        (.integers([]), "000000000000000000000014"),
        (
            .optionalIntegers([nil, 7]),
            "0000000100000001000000140000000200000001" + "ffffffff" + "000000080000000000000007"
        ),
        (.optionalIntegers([7]), "0000000100000000000000140000000100000001" + "000000080000000000000007"),
        (.texts(["a", ""]), "0000000100000000000000190000000200000001" + "0000000161" + "00000000"),
        (.optionalTexts([nil]), "0000000100000001000000190000000100000001" + "ffffffff"),
        (.booleans([true, false]), "0000000100000000000000100000000200000001" + "0000000101" + "0000000100"),
        (.doubles([1.5]), "0000000100000000000002bd0000000100000001" + "000000083ff8000000000000"),
        (
            .times([Timestamp(milliseconds: 946_684_800_001), nil]),
            "0000000100000001000004a00000000200000001" + "0000000800000000000003e8" + "ffffffff"
        ),
        (.jsons(["{}"]), "0000000100000000000000720000000100000001" + "000000027b7d"),
    ])
    func `an array is written with its dimension and its elements' lengths`(_ value: PostgresValue, _ bytes: String) {
        #expect(Self.hex(value) == bytes)
    }

    @Test func `NULL has no bytes, and a type if that is known`() {
        #expect(Self.encoded(nil) == nil)
        #expect(PostgresValue.null.type == nil)
        #expect(PostgresValue.optional(nil as Int64?) == .missing(.integer))
        #expect(PostgresValue.optional(nil as Timestamp?).type == .time)
        #expect(PostgresValue.optional("a" as String?) == "a")
    }

    @Test(arguments: [Int64.min, .max, .min + 1, .max - 1])
    func `times beyond the server's are the infinities`(_ milliseconds: Int64) {
        let microseconds = PostgresTime.microseconds(Timestamp(milliseconds: milliseconds))
        #expect(microseconds == (milliseconds < 0 ? .min : .max))
        let back = PostgresTime.timestamp(microseconds: microseconds)
        #expect(back.milliseconds == microseconds)
    }

    @Test func `microseconds are rounded down, before 2000 too`() {
        #expect(PostgresTime.timestamp(microseconds: -1).milliseconds == 946_684_799_999)
        #expect(PostgresTime.timestamp(microseconds: -1000).milliseconds == 946_684_799_999)
        #expect(PostgresTime.timestamp(microseconds: 1999).milliseconds == 946_684_800_001)
    }

    @Test func `a list knows where each parameter starts, an empty one included`() {
        let list = ParameterList(["", .null, "ab", 1])
        #expect(list.types == [25, 0, 25, 20])
        list.withPointers { pointers in
            #expect(pointers.count == 4)
            #expect(pointers.values?[0] != nil)
            #expect(pointers.values?[1] == nil)
            #expect(pointers.values?[2]?.pointee == CChar(bitPattern: UInt8(ascii: "a")))
            #expect((0..<4).map { pointers.lengths?[$0] } == [0, 0, 2, 8])
            #expect((0..<4).allSatisfy { pointers.formats?[$0] == 1 })
        }
    }
}
