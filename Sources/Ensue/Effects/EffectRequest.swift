/// An effect about to be requested, in the form in which stores take it.
public struct EffectRequest: Sendable, Hashable {
    public var account: Account
    public var kind: EffectKind
    public var payload: JSONText
    /// Unique within the account: a second request with it is the first one.
    public var key: String?
    public var priority: Priority
    /// Not before this time; nil or past means at once.
    public var due: Timestamp?
    /// Held until a person approves, whatever the kind's policy says.
    public var needsApproval: Bool
    package var origin: EffectOrigin
    package var depth: Int

    public init(
        account: Account = .default, kind: EffectKind, payload: JSONText, key: String? = nil,
        priority: Priority = .normal, due: Timestamp? = nil, needsApproval: Bool = false
    ) {
        self.account = account
        self.kind = kind
        self.payload = payload
        self.key = key
        self.priority = priority
        self.due = due
        self.needsApproval = needsApproval
        origin = EffectOrigin()
        depth = 0
    }

    /// The request for a declared effect. Throws what its `validate` throws, or the error of encoding it.
    public init<E: Effect>(
        _ effect: E, account: Account = .default, key: String? = nil, priority: Priority = .normal,
        due: Timestamp? = nil, needsApproval: Bool = false
    ) throws {
        try effect.validate()
        self.init(
            account: account, kind: E.kind, payload: try JSONText.encoding(effect), key: key,
            priority: priority, due: due, needsApproval: needsApproval)
    }

    package func checked() throws(Invalid) -> EffectRequest {
        try checkKey(key)
        return self
    }
}

/// Why an effect exists.
public struct EffectOrigin: Sendable, Hashable, Codable {
    /// The event that a rule matched.
    public var event: EventID?
    /// The rule that matched it.
    public var rule: String?
    /// The effect whose handler requested it.
    public var effect: EffectID?
    /// The completed effect that it repeats.
    public var replayOf: EffectID?

    public init(event: EventID? = nil, rule: String? = nil, effect: EffectID? = nil, replayOf: EffectID? = nil) {
        self.event = event
        self.rule = rule
        self.effect = effect
        self.replayOf = replayOf
    }
}

/// How far a chain of events and effects may go: what bounds every loop.
package enum Depth {
    package static let limit = 32

    /// The depth of what an effect at `depth` records or requests.
    package static func below(_ depth: Int) throws(Rejection) -> Int {
        guard depth < limit else {
            throw Rejection("the chain of causes is \(limit) deep, which is the limit; is there a loop of rules?")
        }
        return depth + 1
    }
}
