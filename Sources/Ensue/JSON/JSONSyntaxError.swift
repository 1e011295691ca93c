/// Text that is not the JSON it should be: what is wrong, what would be right, and where.
public struct JSONSyntaxError: Error, Equatable {
    /// What is wrong, such as `expected ',' or '}' after a member, found 'x'`.
    public let problem: String
    /// The line of the problem, from 1. Lines end with a line feed.
    public let line: Int
    /// The column of the problem, from 1, in Unicode scalars.
    public let column: Int
}

extension JSONSyntaxError: CustomStringConvertible {
    /// The position and the problem, such as `line 1, column 14: expected ',' or '}' after a member, found 'x'`.
    public var description: String {
        "line \(line), column \(column): \(problem)"
    }
}

extension JSONSyntaxError {
    init(_ problem: String, at offset: Int, in bytes: UnsafeBufferPointer<UInt8>) {
        let before = bytes[..<offset]
        let lineFeed = before.lastIndex(of: UInt8(ascii: "\n"))
        let lineStart = lineFeed.map { $0 + 1 } ?? 0
        self.problem = problem
        line = 1 + before.count { $0 == UInt8(ascii: "\n") }
        // Continuation bytes, 10xxxxxx, do not start a scalar.
        column = 1 + before[lineStart...].count { $0 & 0xC0 != 0x80 }
    }

    /// What stands at an offset, as an error names it. The bytes must be UTF-8.
    static func name(ofTextAt offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> String {
        guard offset < bytes.count else { return "the end of the text" }
        let rest = bytes[offset...].prefix(4)
        guard let scalar = String(decoding: rest, as: UTF8.self).unicodeScalars.first else {
            return "the end of the text"
        }
        switch scalar {
        case "\n", "\r": return "a line break"
        case " ": return "a space"
        default:
            let isPrintable = (0x21...0x7E).contains(scalar.value) || scalar.properties.isAlphabetic
            let hex = String(scalar.value, radix: 16, uppercase: true)
            return isPrintable ? "'\(scalar)'" : "U+\(String(repeating: "0", count: max(0, 4 - hex.count)))\(hex)"
        }
    }
}
