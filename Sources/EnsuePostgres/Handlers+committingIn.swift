public import Ensue

extension Handlers {
    /// Handles a kind whose work is a write in the store's own database: the handler's writes, what it records and
    /// requests, and the settling of the effect commit together, exactly once.
    ///
    /// The closure runs inside the settling transaction, on a connection of the store's pool: keep it short, and neither
    /// begin nor end a transaction in it. When it throws, its writes are undone and the policy decides about another
    /// run; when the connection is lost, it is run again. The engine has to work on `store`; its initialiser reports it
    /// otherwise.
    public mutating func handle<E: Effect>(
        _ effect: E.Type, committingIn store: PostgresStore, policy: HandlerPolicy = .standard,
        accepting: (@Sendable @concurrent (E) async throws -> Void)? = nil,
        _ body: @escaping @Sendable (E, PostgresTransaction, HandlerContext) throws -> E.Output
    ) {
        register(
            RegisteredHandler(
                kind: E.kind, policy: policy,
                check: RegisteredHandler.check(accepting),
                body: .inTransaction(storeID: store.identity.id) { claimed, context, transaction in
                    guard let transaction = transaction as? PostgresTransaction else {
                        throw StoreError(
                            .constraint("transaction"), operation: "settle", detail: "no PostgreSQL session")
                    }
                    return try JSONText.output(try body(try E(claimed: claimed), transaction, context))
                }))
    }
}
