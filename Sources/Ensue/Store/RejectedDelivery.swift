/// A delivery that could not become an event or effect.
public struct RejectedDelivery: Sendable, Hashable {
    public let account: Account
    /// Where it came in: `/hooks/hasura`.
    public let source: String
    public let body: String
    public let reason: String

    public init(account: Account, source: String, body: String, reason: String) {
        self.account = account
        self.source = source
        self.body = body
        self.reason = reason
    }
}
