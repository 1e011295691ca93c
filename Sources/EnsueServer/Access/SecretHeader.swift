public import Ensue
public import HTTPTypes

/// A request header with a value that only the rightful sender knows.
public struct SecretHeader: Sendable, CustomStringConvertible {
    public let name: HTTPField.Name
    private let value: [UInt8]

    /// Throws ``Invalid`` if the name cannot be a header's or the value is empty.
    public init(name: String, value: String) throws(Invalid) {
        guard let name = HTTPField.Name(name) else { throw Invalid("'\(name)' cannot be the name of a header") }
        guard !value.isEmpty else { throw Invalid("the secret of the header '\(name)' is empty") }
        self.name = name
        self.value = Array(value.utf8)
    }

    /// Parses `HEADER:VALUE`; blanks around the value do not count. The error never shows the text.
    public init(parsing text: String) throws(Invalid) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw Invalid("a secret header is written HEADER:VALUE") }
        // Who mistook the order has put the secret there.
        guard HTTPField.Name(String(parts[0])) != nil else {
            throw Invalid("what stands before the colon cannot be the name of a header; it is written HEADER:VALUE")
        }
        try self.init(name: String(parts[0]), value: parts[1].withoutOuterBlanks)
    }

    /// Compares in a time that depends on the length of what was sent alone.
    func matches(_ fields: HTTPFields) -> Bool {
        guard let sent = fields[name] else { return false }
        var difference: UInt8 = 0
        var position = 0
        for byte in sent.utf8 {
            difference |= byte ^ value[position % value.count]
            position += 1
        }
        return position == value.count && difference == 0
    }

    /// The header's name alone.
    public var description: String { name.rawName }
}
