/// How an effect ended.
public struct Outcome: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case completed, failed, cancelled
    }

    public let kind: Kind
    /// The run that ended it, or that it was claimed for when it was cancelled; 0 if it was never claimed.
    public let run: Int
    public let output: JSONText?
    public let error: String?
    /// When that run began; nil if none did.
    public let startedAt: Timestamp?
    /// The completion time.
    public let completedAt: Timestamp

    package init(
        kind: Kind, run: Int, output: JSONText?, error: String?, startedAt: Timestamp?, completedAt: Timestamp
    ) {
        self.kind = kind
        self.run = run
        self.output = output
        self.error = error
        self.startedAt = startedAt
        self.completedAt = completedAt
    }
}
