public import Ensue
public import GRDB

extension Handlers {
    /// Handles a kind whose work is a write in the store's own database: the handler's writes, what it records and
    /// requests, and the settling of the effect commit together, exactly once.
    ///
    /// The closure runs on the writer's connection inside the settling transaction: keep it to a few milliseconds, and
    /// begin no transaction in it. When it throws, its writes are undone and the policy decides about another run. The
    /// engine has to work on `store`; its initialiser reports it otherwise.
    public mutating func handle<E: Effect>(
        _ effect: E.Type, committingIn store: SQLiteStore, policy: HandlerPolicy = .standard,
        accepting: (@Sendable @concurrent (E) async throws -> Void)? = nil,
        _ body: @escaping @Sendable (E, Database, HandlerContext) throws -> E.Output
    ) {
        register(
            RegisteredHandler(
                kind: E.kind, policy: policy,
                check: RegisteredHandler.check(accepting),
                body: .inTransaction(storeID: store.identity.id) { claimed, context, transaction in
                    guard let db = transaction as? Database else {
                        throw StoreError(.constraint("transaction"), operation: "settle", detail: "no GRDB database")
                    }
                    return try JSONText.output(try body(try E(claimed: claimed), db, context))
                }))
    }
}
