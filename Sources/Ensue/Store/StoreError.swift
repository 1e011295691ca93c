/// What went wrong in a store. The description is for operators: it may name files and statements.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    public enum Reason: Sendable, Hashable {
        /// Another writer held the store for too long; try again.
        case busy
        /// The store cannot be reached or written at present: file gone, server down. Nothing was stored.
        case unavailable
        /// There is no room left on the store's disk. Nothing was stored, and what is there can be read.
        case full
        /// A row broke a named constraint: the input or our code is wrong.
        case constraint(String)
        case corrupt
        /// The store was made by a newer version, or is not one of ours.
        case schemaMismatch
    }

    public let reason: Reason
    /// What was being done: `"settle"`.
    public let operation: String
    public let detail: String

    public init(_ reason: Reason, operation: String, detail: String) {
        self.reason = reason
        self.operation = operation
        self.detail = detail
    }

    /// Whether the same call may succeed later.
    public var isTransient: Bool { reason == .busy || reason == .unavailable || reason == .full }

    public var description: String {
        let fault =
            switch reason {
            case .busy: "the store is busy"
            case .unavailable: "the store is unavailable"
            case .full: "the store's disk is full"
            case .constraint(let name): "the store refused a row that breaks \(name)"
            case .corrupt: "the store is corrupt"
            case .schemaMismatch: "the store's schema is not the one this version knows"
            }
        return "\(operation): \(fault): \(detail)"
    }
}
