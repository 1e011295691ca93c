extension JSONParser {
    /// Passes `true`, `false` or `null`, of which the first letter has been seen.
    mutating func word(_ word: StaticString) throws(JSONSyntaxError) {
        let letters = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        for letter in letters {
            guard take(letter) else {
                throw expected("'\(Character(Unicode.Scalar(letter)))' as in '\(word)'")
            }
        }
    }

    /// Passes a number and returns its text.
    mutating func number() throws(JSONSyntaxError) -> UnsafeBufferPointer<UInt8> {
        let start = position
        let isNegative = take(UInt8(ascii: "-"))
        if take(UInt8(ascii: "0")) {
            if isDigit(current) { throw problem("a number must not start with 0 and another digit", at: position) }
        } else {
            try digits(isNegative ? "after '-'" : "of a number")
        }
        if take(UInt8(ascii: ".")) {
            try digits("after '.'")
        }
        if current | 0x20 == UInt8(ascii: "e") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try digits("in the exponent")
        }
        return UnsafeBufferPointer(rebasing: bytes[start..<position])
    }

    /// Whether the whole buffer is one number, without whitespace around it.
    mutating func isNumber() -> Bool {
        do {
            _ = try number()
            return position == bytes.count
        } catch {
            return false
        }
    }

    private mutating func digits(_ place: String) throws(JSONSyntaxError) {
        guard isDigit(current) else { throw expected("a digit \(place)") }
        repeat { position += 1 } while isDigit(current)
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }
}
