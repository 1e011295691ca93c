/// Which store an engine works on.
public struct StoreIdentity: Sendable {
    /// For people and logs; holds no password: `SQLite 3.40.1 at ensue.db`.
    public let name: String
    /// Drawn when the store was created; part of idempotency keys, so that two stores never share one.
    public let id: String
    /// Signs completion tokens.
    public let secret: StoreSecret

    public init(name: String, id: String, secret: StoreSecret) {
        self.name = name
        self.id = id
        self.secret = secret
    }
}
