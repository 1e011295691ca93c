internal import Synchronization

/// "When an event matches this pattern, request this effect."
public struct Rule: Sendable, Hashable, Codable {
    /// Unique among the rules; for a listener, its name.
    public let name: String
    public let pattern: TypePattern
    /// The kind of effect that a match requests.
    public let kind: EffectKind
    /// Rules are applied in ascending order.
    public let order: Int

    /// A listener that no worker has registered for so many days stops matching, and its kind is no longer known.
    package static let lifetimeInDays = 7

    public init(name: String, pattern: TypePattern, kind: EffectKind, order: Int) {
        self.name = name
        self.pattern = pattern
        self.kind = kind
        self.order = order
    }
}

/// All rules in force at one moment, in the order in which they apply.
///
/// Which rules a type matches is worked out once per type.
public final class RuleSet: Sendable {
    public let rules: [Rule]
    private let memo = Mutex<[EventType: [Rule]]>([:])
    private static let memoLimit = 10_000

    public init(_ rules: [Rule]) {
        self.rules = rules.sorted { ($0.order, $0.name) < ($1.order, $1.name) }
    }

    /// The rules that ask for `type`, in order.
    public func matching(_ type: EventType) -> [Rule] {
        memo.withLock { memo in
            if let known = memo[type] { return known }
            let found = rules.filter { $0.pattern.matches(type) }
            if memo.count >= Self.memoLimit { memo.removeAll(keepingCapacity: true) }
            memo[type] = found
            return found
        }
    }

    /// The effects that `event` calls for, in rule order. They refer to the event and do not copy it.
    ///
    /// A rule is passed over for events that report the ending of an effect which it requested itself.
    package func effects(of event: RecordedEvent) -> [EffectRequest] {
        let matched = matching(event.type)
        guard !matched.isEmpty else { return [] }
        let requester = event.type.isReserved ? EffectEnding.requester(in: event.data) : nil
        return matched.compactMap { rule in
            guard rule.name != requester else { return nil }
            var request = EffectRequest(account: event.account, kind: rule.kind, payload: .emptyObject)
            request.origin = EffectOrigin(event: event.id, rule: rule.name)
            request.depth = event.depth
            return request
        }
    }
}
