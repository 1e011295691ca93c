internal import Ensue

/// A transaction on the store's database, for a handler's own writes: what it does commits together with the settling
/// of its effect, or not at all.
///
/// It is only valid inside the closure that was given it. Each call is one statement, with parameters `$1`, `$2`, ….
public struct PostgresTransaction {
    private let session: Session

    init(_ session: Session) { self.session = session }

    /// Executes a statement and returns its rows. Throws ``PostgresError``; the transaction is then undone.
    @discardableResult
    public func query(_ sql: String, _ parameters: [PostgresValue] = []) throws -> PostgresRows {
        try session.query(sql, parameters)
    }

    /// Executes a statement and returns how many rows it inserted, changed or deleted.
    @discardableResult
    public func execute(_ sql: String, _ parameters: [PostgresValue] = []) throws -> Int {
        try session.query(sql, parameters).affected
    }
}
