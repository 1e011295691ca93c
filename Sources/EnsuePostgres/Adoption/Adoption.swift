public import Ensue

/// A table of another program whose new rows are effects: each is requested in the transaction that inserts it, handled
/// once, and gets its completion written back.
///
/// An effect has the key `table:public.fx:17`. Updates request nothing, and rows that are completed are never touched.
/// Whoever may insert into the table can so request effects of any kind, without rights on the store. A row that cannot
/// be an effect, since its kind is not a legal name or it has been handled before, becomes a
/// rejection; its insertion succeeds.
public struct Adoption: Sendable, Hashable, Codable {
    /// The columns that matter.
    public struct Columns: Sendable, Hashable, Codable {
        public var id: String
        public var kind: String
        public var payload: String
        /// When the effect was completed; NULL until then.
        public var completed: String
        public var completion: String
        /// Where the error of an effect that ended otherwise goes; without it such a row is left as it is.
        public var error: String?

        public init(
            id: String, kind: String, payload: String, completed: String, completion: String, error: String? = nil
        ) {
            self.id = id
            self.kind = kind
            self.payload = payload
            self.completed = completed
            self.completion = completion
            self.error = error
        }
    }

    /// What is asked for. Columns that are nil are guessed from their names.
    public struct Request: Sendable, Hashable {
        public var table: String
        public var account: Account
        public var id: String?
        public var kind: String?
        public var payload: String?
        public var completed: String?
        public var completion: String?
        public var error: String?

        public init(table: String, account: Account = .default) {
            self.table = table
            self.account = account
        }
    }

    /// The table, as it was called when it was adopted.
    public let table: String
    public let account: Account
    public let columns: Columns
    /// Whether all rows that were there before have been looked at.
    public let isBackfilled: Bool
    /// Rows that somebody else had completed by the time that their effects were.
    public let leftAlone: Int
    /// Whether the table is gone.
    public let isDropped: Bool

    var keyPrefix: String { "table:\(table):" }
}

/// How far a table's former rows have been taken in by one step.
public struct BackfillStep: Sendable, Hashable {
    /// Rows looked at.
    public let rows: Int
    /// Effects requested for them.
    public let requested: Int
    public let isLast: Bool
}
