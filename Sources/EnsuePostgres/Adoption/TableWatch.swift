public import Ensue

/// A table of another program whose changes are recorded as events, in the transactions that make them.
///
/// An event of `orders` has the type `orders.inserted`, `orders.updated` or `orders.deleted`, the source
/// `/table/public.orders`, and as data `{"table":"public.orders","operation":"insert","old":null,"new":{…}}`. What is
/// rolled back records nothing. TRUNCATE, and what replication brings, are not seen; a row that moves to another
/// partition is deleted and inserted.
public struct TableWatch: Sendable, Hashable, Codable {
    public enum Operation: String, Sendable, Hashable, Codable, CaseIterable {
        case insert, update, delete

        /// What the types of events end with.
        public var participle: String {
            switch self {
            case .insert: "inserted"
            case .update: "updated"
            case .delete: "deleted"
            }
        }
    }

    /// What is asked for.
    public struct Request: Sendable, Hashable {
        public var table: String
        public var operations: [Operation]
        /// What the rows in the events are restricted to; an update that changes none of these is not recorded. Nil is
        /// every column, and every update.
        public var columns: [String]?
        /// As in `CREATE TRIGGER … WHEN`: SQL about OLD and NEW.
        public var condition: String?
        /// Nil is the table's own.
        public var name: String?
        public var account: Account

        public init(
            table: String, operations: [Operation] = Operation.allCases, columns: [String]? = nil,
            condition: String? = nil, name: String? = nil, account: Account = .default
        ) {
            self.table = table
            self.operations = operations
            self.columns = columns
            self.condition = condition
            self.name = name
            self.account = account
        }
    }

    /// What it is called, and what the types of its events begin with. Unique.
    public let name: String
    /// The table, as it was called when the watch was added: `public.orders`.
    public let table: String
    public let account: Account
    public let operations: [Operation]
    public let columns: [String]?
    public let condition: String?
    /// Whether each row is recorded by itself, and not all rows of a statement at once: there is a condition, or the
    /// table is foreign, partitioned or part of another.
    public let isByRow: Bool
    /// Whether the table is gone.
    public let isDropped: Bool

    static func type(_ name: String, _ operation: Operation) throws(MalformedName) -> EventType {
        try EventType("\(name).\(operation.participle)")
    }
}
