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

/// What a record or request was acknowledged with.
public struct Receipt<ID: RowID>: Sendable, Hashable {
    public let id: ID
    /// Whether the key was known already; `id` is then the first one's, and nothing was stored.
    public let isDuplicate: Bool
    /// The state of the effect on arrival, for effects that were stored by this call.
    public let isHeld: Bool

    public init(id: ID, isDuplicate: Bool, isHeld: Bool = false) {
        self.id = id
        self.isDuplicate = isDuplicate
        self.isHeld = isHeld
    }
}
