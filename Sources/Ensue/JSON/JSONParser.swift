/// A recursive descent over one JSON document in UTF-8, by the grammar of RFC 8259.
struct JSONParser<Builder: JSONBuilder> {
    let bytes: UnsafeBufferPointer<UInt8>
    let maxDepth: Int
    /// The offset of the next byte to read.
    var position = 0
    /// Holds the text of a string with escapes while it is put together.
    var scratch: [UInt8] = []

    init(bytes: UnsafeBufferPointer<UInt8>, maxDepth: Int) {
        self.bytes = bytes
        self.maxDepth = maxDepth
    }

    /// Reads the whole buffer as one value. The bytes must be UTF-8; see `refuseInvalidUTF8()`.
    mutating func document() throws(JSONSyntaxError) -> Builder.Value {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw problem("JSON text must not start with a byte order mark", at: 0)
        }
        skipWhitespace()
        let value = try value(depth: 0)
        skipWhitespace()
        guard position == bytes.count else { throw expected("the end of the text after the value") }
        return value
    }

    func refuseInvalidUTF8() throws(JSONSyntaxError) {
        guard let offset = firstInvalidUTF8(in: bytes) else { return }
        let byte = String(bytes[offset], radix: 16, uppercase: true)
        throw problem("expected UTF-8, found the byte 0x\(byte) where it cannot stand", at: offset)
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> Builder.Value {
        switch current {
        case UInt8(ascii: "\""): return Builder.string(try string(Builder.text))
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return Builder.number(try number())
        case UInt8(ascii: "t"):
            try word("true")
            return Builder.bool(true)
        case UInt8(ascii: "f"):
            try word("false")
            return Builder.bool(false)
        case UInt8(ascii: "n"):
            try word("null")
            return Builder.null
        default: throw expected("a value")
        }
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> Builder.Value {
        try enter(depth: depth)
        var members = Builder.noMembers
        if take(UInt8(ascii: "}")) { return Builder.object(members) }
        while true {
            guard current == UInt8(ascii: "\"") else { throw expected("a member name in double quotes") }
            let name = try string(Builder.name)
            skipWhitespace()
            guard take(UInt8(ascii: ":")) else { throw expected("':' after a member name") }
            skipWhitespace()
            Builder.append(name, try value(depth: depth + 1), to: &members)
            skipWhitespace()
            if take(UInt8(ascii: "}")) { return Builder.object(members) }
            guard take(UInt8(ascii: ",")) else { throw expected("',' or '}' after a member") }
            skipWhitespace()
        }
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> Builder.Value {
        try enter(depth: depth)
        var elements = Builder.noElements
        if take(UInt8(ascii: "]")) { return Builder.array(elements) }
        while true {
            Builder.append(try value(depth: depth + 1), to: &elements)
            skipWhitespace()
            if take(UInt8(ascii: "]")) { return Builder.array(elements) }
            guard take(UInt8(ascii: ",")) else { throw expected("',' or ']' after an element") }
            skipWhitespace()
        }
    }

    /// Passes an opening bracket and the whitespace after it.
    private mutating func enter(depth: Int) throws(JSONSyntaxError) {
        guard depth < maxDepth else {
            throw problem("arrays and objects are nested deeper than the limit of \(maxDepth)", at: position)
        }
        position += 1
        skipWhitespace()
    }
}

extension JSONParser {
    /// The next byte, or 0 at the end, which no rule of the grammar accepts.
    var current: UInt8 {
        position < bytes.count ? bytes[position] : 0
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        position += 1
        return true
    }

    mutating func skipWhitespace() {
        while true {
            switch current {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            default: return
            }
        }
    }

    func problem(_ problem: String, at offset: Int) -> JSONSyntaxError {
        JSONSyntaxError(problem, at: offset, in: bytes)
    }

    func expected(_ what: String) -> JSONSyntaxError {
        let found = JSONSyntaxError.name(ofTextAt: position, in: bytes)
        return problem("expected \(what), found \(found)", at: position)
    }
}
