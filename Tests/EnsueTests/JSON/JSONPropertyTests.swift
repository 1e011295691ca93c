import Ensue
import Foundation
import Testing

@Suite(.timeLimit(.minutes(2)))
struct JSONPropertyTests {
    var generator = JSONGenerator(random: .seeded("JSONPropertyTests"))

    @Test mutating func `any value comes back from its text`() throws {
        for _ in 0..<2000 {
            let value = generator.value()
            let text = value.text
            #expect(try JSONValue(parsing: text) == value)
            #expect(try JSONValue(parsing: Array(text.utf8)).text == text)
            #expect(try JSONText(parsing: text).text == text)
        }
    }

    @Test mutating func `Foundation reads our text as the same value, and we read Foundation's`() throws {
        for _ in 0..<500 {
            let value = JSONValue.array([
                .string(generator.string()), .number(generator.number(digits: 38, exponents: -80...80)),
                .object([generator.string(): .bool(true)]),
            ])
            #expect(try JSONDecoder().decode(JSONValue.self, from: Data(value.text.utf8)) == value, "\(value.text)")
            #expect(try JSONValue(parsing: JSONEncoder().encode(value)) == value, "\(value.text)")
        }
    }

    @Test mutating func `any number equals its other spellings and no neighbour`() throws {
        for _ in 0..<2000 {
            let number = generator.number(digits: 40, exponents: -100...100)
            let parts = number.text.split(whereSeparator: { "eE".contains($0) })
            let power = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
            let mantissa = parts[0].contains(".") ? String(parts[0]) : parts[0] + ".0"
            let same = try #require(JSONNumber(text: "\(mantissa)00e\(power)"))
            let other = try #require(JSONNumber(text: "\(mantissa)01e\(power)"))
            #expect(same == number)
            #expect(same.hashValue == number.hashValue)
            #expect(other != number)
        }
    }

    @Test mutating func `any Double, Int64 and UInt64 comes back exactly`() throws {
        for _ in 0..<5000 {
            let bits = generator.random.next()
            #expect(JSONNumber(bits).uint64 == bits)
            #expect(JSONNumber(Int64(bitPattern: bits)).int64 == Int64(bitPattern: bits))
            let double = Double(bitPattern: bits)
            guard let number = JSONNumber(double) else { continue }
            #expect(number.double == double)
            #expect(JSONNumber(text: number.text) != nil)
        }
    }

    /// A parser that reads one byte too far or accepts what it should not shows itself here.
    @Test mutating func `damaged text never gets past the parser as something else`() throws {
        for _ in 0..<3000 {
            var bytes = Array(generator.value(depth: 2).text.utf8)
            let index = Int.random(in: 0..<bytes.count, using: &generator.random)
            if Bool.random(using: &generator.random) {
                bytes[index] = UInt8.random(in: 0...255, using: &generator.random)
            } else {
                bytes.removeSubrange(index...)
            }
            let tree = Result { try JSONValue(parsing: bytes) }
            let text = Result { try JSONText(parsing: bytes) }
            #expect((try? tree.get().text) == (try? JSONValue(parsing: text.get().text).text))
            #expect((try? tree.get()) == nil || String(validating: bytes, as: UTF8.self) != nil)
        }
    }
}
