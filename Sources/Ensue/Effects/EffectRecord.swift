/// An effect with all that became of it, as the ledger shows it.
public struct EffectRecord: Sendable, Hashable {
    public let id: EffectID
    public let account: Account
    public let kind: EffectKind
    public let payload: JSONText
    public let key: String?
    public let priority: Priority
    public let createdAt: Timestamp
    public let origin: EffectOrigin
    public let depth: Int
    public let state: EffectState
    /// The runs that did not end it, oldest first.
    public let attempts: [Attempt]
    public let progress: Progress?
    /// Whether a worker registered a handler for the kind within the last seven days.
    public let hasHandler: Bool
    /// Whether a person has to let it run: its request says so, or its kind.
    public let needsApproval: Bool

    /// The latest note that a run left about how far it is.
    public struct Progress: Sendable, Hashable, Codable {
        /// 0 to 1, if known.
        public let fraction: Double?
        public let note: String?
        public let at: Timestamp

        package init(fraction: Double?, note: String?, at: Timestamp) {
            self.fraction = fraction
            self.note = note
            self.at = at
        }
    }

    package init(
        id: EffectID, account: Account, kind: EffectKind, payload: JSONText, key: String?, priority: Priority,
        createdAt: Timestamp, origin: EffectOrigin, depth: Int, state: EffectState, attempts: [Attempt],
        progress: Progress?, hasHandler: Bool, needsApproval: Bool
    ) {
        self.id = id
        self.account = account
        self.kind = kind
        self.payload = payload
        self.key = key
        self.priority = priority
        self.createdAt = createdAt
        self.origin = origin
        self.depth = depth
        self.state = state
        self.attempts = attempts
        self.progress = progress
        self.hasHandler = hasHandler
        self.needsApproval = needsApproval
    }

    public var outcome: Outcome? {
        if case .ended(let outcome) = state { outcome } else { nil }
    }
}
