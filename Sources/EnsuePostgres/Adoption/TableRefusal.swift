/// Why a table cannot be watched or adopted in the way that was asked for, and what to do instead.
public struct TableRefusal: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
