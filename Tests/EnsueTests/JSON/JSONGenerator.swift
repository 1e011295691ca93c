import Ensue
import Foundation

/// A repeatable source of randomness: SplitMix64 (Steele, Lea and Flood, 2014).
///
/// The seed is printed, so that a failure can be run again with `ENSUE_SEED` set to it.
struct JSONTestRandom: RandomNumberGenerator {
    private var state: UInt64

    static func seeded(_ test: String = #function) -> JSONTestRandom {
        let given = ProcessInfo.processInfo.environment["ENSUE_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 0...UInt64.max)
        print("\(test): ENSUE_SEED=\(seed)")
        return JSONTestRandom(state: seed)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Makes values of every kind, with the texts and numbers that tend to break parsers.
struct JSONGenerator {
    var random: JSONTestRandom

    mutating func value(depth: Int = 4) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .number(number(digits: 60, exponents: -500...500))
        case 3, 4: return .string(string())
        case 5: return .array((0..<count()).map { _ in value(depth: depth - 1) })
        default:
            let members = (0..<count()).map { _ in (string(), value(depth: depth - 1)) }
            return .object(Dictionary(members, uniquingKeysWith: { $1 }))
        }
    }

    /// A number in any spelling that the grammar allows.
    mutating func number(digits: Int, exponents: ClosedRange<Int>) -> JSONNumber {
        let sign = Bool.random(using: &random) ? "-" : ""
        let wholeDigits = Int.random(in: 1...digits, using: &random)
        let whole =
            wholeDigits == 1 ? "0" : String(Int.random(in: 1...9, using: &random)) + self.digits(wholeDigits - 1)
        let fractionDigits = Int.random(in: 0...(digits - wholeDigits), using: &random)
        let fraction = fractionDigits == 0 ? "" : "." + self.digits(fractionDigits)
        var exponent = ""
        if Bool.random(using: &random) {
            let power = Int.random(in: exponents, using: &random)
            let letter = Bool.random(using: &random) ? "e" : "E"
            exponent = letter + (power >= 0 && Bool.random(using: &random) ? "+" : "") + String(power)
        }
        let text = sign + whole + fraction + exponent
        guard let number = JSONNumber(text: text) else { fatalError("\(text) should be a number") }
        return number
    }

    mutating func string() -> String {
        var string = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...20, using: &random) {
            switch Int.random(in: 0..<8, using: &random) {
            case 0: string.append(Unicode.Scalar(UInt8.random(in: 0..<0x20, using: &random)))
            case 1: string.append(contentsOf: "\"\\/".unicodeScalars.shuffled(using: &random).prefix(1))
            case 2: Unicode.Scalar(UInt32.random(in: 0x80...0x10FFFF, using: &random)).map { string.append($0) }
            case 3: string.append(contentsOf: "e\u{301}é\u{FEFF}\u{2028}😀".unicodeScalars)
            default: string.append(Unicode.Scalar(UInt8.random(in: 0x20..<0x7F, using: &random)))
            }
        }
        return String(string)
    }

    private mutating func digits(_ count: Int) -> String {
        (0..<count).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
    }

    private mutating func count() -> Int {
        Int.random(in: 0...6, using: &random)
    }
}
