extension JSONParser {
    /// Passes a string, quotes included, and returns what `build` makes of its text.
    mutating func string<Text>(
        _ build: (UnsafeBufferPointer<UInt8>) -> Text
    ) throws(JSONSyntaxError) -> Text {
        position += 1
        let start = position
        skipUnescaped()
        guard current == UInt8(ascii: "\"") else { return try escapedString(from: start, build) }
        let text = build(UnsafeBufferPointer(rebasing: bytes[start..<position]))
        position += 1
        return text
    }

    /// Goes on with a string of which the bytes from `start` to here need no change.
    private mutating func escapedString<Text>(
        from start: Int, _ build: (UnsafeBufferPointer<UInt8>) -> Text
    ) throws(JSONSyntaxError) -> Text {
        scratch.removeAll(keepingCapacity: true)
        scratch.append(contentsOf: bytes[start..<position])
        while true {
            switch current {
            case UInt8(ascii: "\""):
                position += 1
                return scratch.withUnsafeBufferPointer { build($0) }
            case UInt8(ascii: "\\"):
                try escape()
            default:
                guard position < bytes.count else { throw expected("'\"' at the end of a string") }
                throw expected("an escape such as \\n or \\u0000 for a control character in a string")
            }
            let unescaped = position
            skipUnescaped()
            scratch.append(contentsOf: bytes[unescaped..<position])
        }
    }

    /// Stops at a quote, a backslash, a control character or the end. Eight bytes at a time, after "Determine if a word
    /// has a zero byte" and "has a byte less than n" in Sean Anderson's Bit Twiddling Hacks.
    private mutating func skipUnescaped() {
        let raw = UnsafeRawBufferPointer(bytes)
        let ones: UInt64 = 0x0101_0101_0101_0101
        while position + 8 <= raw.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
            let backslash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
            let control = (word &- ones &* 0x20) & ~word
            let stops = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | control
            let marks = stops & (ones &* 0x80)
            if marks != 0 {
                position += marks.trailingZeroBitCount / 8
                return
            }
            position += 8
        }
        while position < raw.count, raw[position] >= 0x20, raw[position] != UInt8(ascii: "\""),
            raw[position] != UInt8(ascii: "\\")
        {
            position += 1
        }
    }

    private mutating func escape() throws(JSONSyntaxError) {
        position += 1
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scratch.append(current)
        case UInt8(ascii: "b"): scratch.append(0x08)
        case UInt8(ascii: "f"): scratch.append(0x0C)
        case UInt8(ascii: "n"): scratch.append(0x0A)
        case UInt8(ascii: "r"): scratch.append(0x0D)
        case UInt8(ascii: "t"): scratch.append(0x09)
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw expected("one of \" \\ / b f n r t u after '\\'")
        }
        position += 1
    }

    /// Reads `u` and its digits, and for a high surrogate the escape that completes the pair.
    private mutating func unicodeEscape() throws(JSONSyntaxError) {
        let start = position - 1
        var code = try hexDigits()
        if code & 0xFC00 == 0xD800 {
            guard take(UInt8(ascii: "\\")), current == UInt8(ascii: "u") else {
                throw problem("a high surrogate must be followed by the escape of a low surrogate", at: start)
            }
            let low = try hexDigits()
            guard low & 0xFC00 == 0xDC00 else {
                throw problem("a high surrogate must be followed by the escape of a low surrogate", at: start)
            }
            code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
        }
        guard let scalar = Unicode.Scalar(code) else {
            throw problem("a low surrogate must follow the escape of a high surrogate", at: start)
        }
        scratch.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    /// Passes `u` and four hexadecimal digits.
    private mutating func hexDigits() throws(JSONSyntaxError) -> UInt32 {
        position += 1
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = hexDigit(current) else { throw expected("four hexadecimal digits after '\\u'") }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    private func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
