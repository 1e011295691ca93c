import Ensue
import Foundation
import Testing

@Suite(.timeLimit(.minutes(1)))
struct JSONNumberTests {
    @Test(arguments: [
        ("1", "1.0"), ("1", "1e0"), ("1", "10e-1"), ("1", "0.1e1"), ("100", "1e2"), ("100", "1E+2"), ("0", "-0"),
        ("0", "0.000"), ("0", "0e999999999999999999999"), ("-1.50", "-15e-1"), ("129.90", "129.9"),
        ("123456789012345678901234567890.10", "1234567890123456789012345678901e-1"), ("1e400", "10e399"),
    ])
    func `numbers are equal however they are spelled`(left: String, right: String) throws {
        let (left, right) = (try number(left), try number(right))
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
    }

    @Test(arguments: [
        ("1", "-1"), ("1", "10"), ("1", "1.00000000000000000001"), ("9007199254740992", "9007199254740993"),
        ("18446744073709551615", "18446744073709551616"), ("0.1", "0.1000000000000000055511151231257827"),
        ("1e400", "1e401"), ("105", "15"), ("1e99999999999999999999", "2e99999999999999999999"),
    ])
    func `numbers that Double confuses are different`(left: String, right: String) throws {
        #expect(try number(left) != number(right))
    }

    @Test(arguments: ["", "+1", "01", "1.", ".1", " 1", "1 ", "1e", "NaN", "inf", "0x1", "1,0", "--1", "1\0"])
    func `text that is no JSON number is refused`(text: String) {
        #expect(JSONNumber(text: text) == nil)
    }

    @Test(arguments: ["0", "-0", "1.10", "1E+05", "90071992547409931", "-12.5e-07", "1e99999999999999999999"])
    func `the text is kept`(text: String) throws {
        #expect(try number(text).text == text)
        #expect(try JSONValue(parsing: "[\(text)]").text == "[\(text)]")
    }

    @Test func `integers are exact to the limits of their type`() throws {
        #expect(try number("9223372036854775807").int64 == .max)
        #expect(try number("-9223372036854775808").int64 == .min)
        #expect(try number("-9223372036854775808.0").int64 == .min)
        #expect(try number("9223372036854775808").int64 == nil)
        #expect(try number("-9223372036854775809.0").int64 == nil)
        #expect(try number("18446744073709551615").uint64 == .max)
        #expect(try number("1844674407370955161.50e1").uint64 == 18_446_744_073_709_551_615)
        #expect(try number("18446744073709551616").uint64 == nil)
        #expect(try number("-1").uint64 == nil)
        #expect(try number("-0").uint64 == 0)
        #expect(JSONNumber(UInt64.max).text == "18446744073709551615")
        #expect(JSONNumber(Int8(-5)).text == "-5")
    }

    @Test func `only whole numbers are integers`() throws {
        #expect(try number("1.0").int64 == 1)
        #expect(try number("-25e2").int64 == -2500)
        #expect(try number("1.5").int64 == nil)
        #expect(try number("1e-1").int64 == nil)
        #expect(try number("1e999999999").int64 == nil)
        #expect(try number("1e99999999999999999999").int64 == nil)
    }

    @Test func `a decimal is exact or absent`() throws {
        #expect(try number("129.90").decimal == Decimal(string: "129.9"))
        #expect(try number("-1e-20").decimal == Decimal(sign: .minus, exponent: -20, significand: 1))
        #expect(try number("12345678901234567890123456789012345678").decimal != nil)
        #expect(try number("3.14159265358979323846264338327950288419716939937510").decimal == nil)
        #expect(try number("1e200").decimal == nil)
        #expect(JSONNumber(Decimal.nan) == nil)
        #expect(JSONNumber(try #require(Decimal(string: "0.10")))?.text == "0.1")
    }

    @Test func `a double is written as the shortest text that gives it back`() throws {
        #expect(JSONNumber(0.1)?.text == "0.1")
        #expect(JSONNumber(1.0)?.text == "1")
        #expect(JSONNumber(Double.leastNonzeroMagnitude)?.double == Double.leastNonzeroMagnitude)
        #expect(JSONNumber(Double.greatestFiniteMagnitude)?.double == Double.greatestFiniteMagnitude)
        #expect(JSONNumber(Double.infinity) == nil)
        #expect(JSONNumber(Double.nan) == nil)
        #expect(try number("1e400").double == .infinity)
    }

    private func number(_ text: String) throws -> JSONNumber {
        try #require(JSONNumber(text: text))
    }
}
