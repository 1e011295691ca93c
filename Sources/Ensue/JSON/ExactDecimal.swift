/// The value of a JSON number in the one form that equal numbers share: a sign, digits that neither start nor end with
/// zero, and a power of ten. Zero has no digits and no sign.
struct ExactDecimal: Hashable {
    private var isNegative = false
    /// Digit values 0 to 9, most significant first.
    private var digits: [UInt8] = []
    private var exponent = 0

    /// Nil when the exponent does not fit in an `Int`. The text must follow the grammar of RFC 8259.
    init?(jsonNumber text: String) {
        let (mantissa, exponentText) = Self.split(text)
        var fractionDigits = 0
        var inFraction = false
        for byte in mantissa {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): inFraction = true
            default:
                if inFraction { fractionDigits += 1 }
                if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte &- UInt8(ascii: "0")) }
            }
        }
        guard !digits.isEmpty else {
            isNegative = false
            return
        }
        let significant = (digits.lastIndex { $0 != 0 } ?? 0) + 1
        let trailingZeros = digits.count - significant
        digits.removeLast(trailingZeros)
        guard let written = exponentText.map({ Int(String($0)) }) ?? 0 else { return nil }
        let (sum, overflow) = written.addingReportingOverflow(trailingZeros - fractionDigits)
        guard !overflow else { return nil }
        exponent = sum
    }

    private static func split(_ text: String) -> (mantissa: Substring.UTF8View, exponent: Substring?) {
        let marker = text.utf8.firstIndex { $0 | 0x20 == UInt8(ascii: "e") }
        guard let marker else { return (text[...].utf8, nil) }
        return (text[..<marker].utf8, text[text.utf8.index(after: marker)...])
    }

    /// The value as an integer; nil when it has a fraction or does not fit.
    func integer<Integer: FixedWidthInteger>(as _: Integer.Type = Integer.self) -> Integer? {
        // 20 digits hold every 64-bit integer, and the bound keeps 1e999999999 from looping.
        guard exponent >= 0, exponent <= 20, digits.count <= 20 else { return nil }
        var result: Integer = 0
        for digit in digits + Array(repeating: 0, count: exponent) {
            let (product, tooLarge) = result.multipliedReportingOverflow(by: 10)
            let (sum, tooLargeSum) =
                isNegative
                ? product.subtractingReportingOverflow(Integer(digit)) : product.addingReportingOverflow(Integer(digit))
            guard !tooLarge, !tooLargeSum else { return nil }
            result = sum
        }
        return result
    }
}
