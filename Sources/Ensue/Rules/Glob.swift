/// A shell-like pattern: `*` stands for any run of characters, `?` for one. Case counts; it matches whole texts.
/// A character is a Unicode scalar, as in SQL.
public struct Glob: Sendable, Hashable {
    public let pattern: String
    private let parts: [Unicode.Scalar]

    public init(_ pattern: String) {
        self.pattern = pattern
        parts = Array(pattern.unicodeScalars)
    }

    /// Takes time in proportion to the product of the lengths at worst: no pattern can make it explode.
    public func matches(_ text: String) -> Bool {
        let characters = Array(text.unicodeScalars)
        var part = 0
        var position = 0
        var retry: (part: Int, position: Int)?
        while position < characters.count {
            if part < parts.count, parts[part] == "*" {
                retry = (part + 1, position)
                part += 1
            } else if part < parts.count, parts[part] == "?" || parts[part] == characters[position] {
                part += 1
                position += 1
            } else if let last = retry {
                retry = (last.part, last.position + 1)
                part = last.part
                position = last.position + 1
            } else {
                return false
            }
        }
        return parts[part...].allSatisfy { $0 == "*" }
    }
}
