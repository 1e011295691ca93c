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
