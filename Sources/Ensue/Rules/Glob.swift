/// A shell-like pattern: `*` stands for any run of characters, `?` for one. Case counts; it matches whole texts.
public struct Glob: Sendable, Hashable {
    public let pattern: String
    private let parts: [UInt8]

    public init(_ pattern: String) {
        self.pattern = pattern
        parts = Array(pattern.utf8)
    }

    /// Takes time in proportion to the product of the lengths at worst: no pattern can make it explode.
    public func matches(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        var part = 0
        var byte = 0
        var retry: (part: Int, byte: Int)?
        while byte < bytes.count {
            if part < parts.count, parts[part] == UInt8(ascii: "*") {
                retry = (part + 1, byte)
                part += 1
            } else if part < parts.count, parts[part] == UInt8(ascii: "?") || parts[part] == bytes[byte] {
                part += 1
                byte += 1
            } else if let last = retry {
                retry = (last.part, last.byte + 1)
                part = last.part
                byte = last.byte + 1
            } else {
                return false
            }
        }
        return parts[part...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
