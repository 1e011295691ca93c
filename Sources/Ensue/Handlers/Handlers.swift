/// All that a program handles and listens for. A value: build it, then give it to an ``Engine``.
///
/// Registering never throws. What cannot be (a second handler of a kind, a second listener of a name, a malformed
/// pattern) is collected and reported whole by the engine's initialiser as ``HandlerConflicts``.
public struct Handlers: Sendable {
    package private(set) var registered: [EffectKind: RegisteredHandler] = [:]
    package private(set) var rules: [Rule] = []
    package private(set) var declared: [EventType: DeclaredEvent] = [:]
    package private(set) var conflicts: [String] = []

    public init() {}

    /// Makes an event type known, so that what is recorded under its name from outside is validated as `E`.
    /// Recording it succeeds whether or not anybody listens.
    public mutating func declare<E: Event>(_ event: E.Type) {
        let known = declared[E.eventType]
        if let known, known.swiftType != ObjectIdentifier(event) {
            conflicts.append("the event type '\(E.eventType)' is declared as \(known.name) and as \(E.self)")
            return
        }
        if E.eventType.isReserved { conflicts.append("\(E.self): types that begin with 'ensue.' are the engine's own") }
        declared[E.eventType] = DeclaredEvent(
            name: "\(E.self)", swiftType: ObjectIdentifier(event),
            check: { data in try data.decode(E.self).validate() })
    }

    /// Handles one kind of declared effect.
    ///
    /// - Parameter accepting: runs before an HTTP request is acknowledged, and may look things up; what it throws
    ///   reaches the sender. It runs where the request arrives, so a server whose own process has not registered the
    ///   handler does not ask it. Requests from SQL and typed Swift are not asked.
    public mutating func handle<E: Effect>(
        _ effect: E.Type, policy: HandlerPolicy = .standard,
        accepting: (@Sendable @concurrent (E) async throws -> Void)? = nil,
        _ body: @escaping @Sendable @concurrent (E, HandlerContext) async throws -> Handled<E.Output>
    ) {
        register(
            RegisteredHandler(
                kind: E.kind, policy: policy,
                check: RegisteredHandler.check(accepting),
                body: .run { claimed, context in
                    let effect = try E(claimed: claimed)
                    return try await body(effect, context).map(JSONText.output)
                }))
    }

    /// Handles one kind of effect whose payload is any JSON.
    ///
    /// - Parameter accepting: as for declared effects.
    public mutating func handle(
        _ kind: EffectKind, policy: HandlerPolicy = .standard,
        accepting: (@Sendable @concurrent (JSONValue) async throws -> Void)? = nil,
        _ body: @escaping @Sendable @concurrent (JSONValue, HandlerContext) async throws -> Handled<JSONValue>
    ) {
        register(
            RegisteredHandler(
                kind: kind, policy: policy,
                check: { payload in try await accepting?(try payload.parsed()) },
                body: .run { claimed, context in
                    let payload: JSONValue
                    do { payload = try claimed.payload.parsed() } catch {
                        throw Rejection("the payload cannot be read: \(error)")
                    }
                    return try await body(payload, context).map { JSONText($0) }
                }))
    }

    /// Listens for a declared event; each match is an effect of its own, of kind `listener.<name>`.
    ///
    /// The listener sees the event as `cleaned()` leaves it; a failure to decode or clean fails its effect for good.
    public mutating func listen<E: Event>(
        to event: E.Type, as name: String, policy: HandlerPolicy = .standard,
        _ body: @escaping @Sendable @concurrent (E, HandlerContext) async throws -> Void
    ) {
        declare(event)
        addListener(name, pattern: .exact(E.eventType), isTyped: true, policy: policy) { claimed, context in
            try await body(try E(claimed: claimed), context)
        }
    }

    /// Listens for all events whose type matches.
    public mutating func listen(
        matching pattern: TypePattern, as name: String, policy: HandlerPolicy = .standard,
        _ body: @escaping @Sendable @concurrent (RecordedEvent, HandlerContext) async throws -> Void
    ) {
        addListener(name, pattern: pattern, isTyped: false, policy: policy) { claimed, context in
            try await body(try claimed.requiredEvent(), context)
        }
    }

    /// Answers a declared event with effects, as data: `body` is a pure function, testable without running any.
    public mutating func respond<E: Event>(
        to event: E.Type, as name: String, policy: HandlerPolicy = .standard,
        @EffectsBuilder _ body: @escaping @Sendable (E) throws -> [any Effect]
    ) {
        declare(event)
        addListener(name, pattern: .exact(E.eventType), isTyped: true, policy: policy) { claimed, context in
            for effect in try body(try E(claimed: claimed)) { try context.request(effect) }
        }
    }

    package mutating func register(_ handler: RegisteredHandler) {
        guard registered[handler.kind] == nil else {
            conflicts.append("the effect kind '\(handler.kind)' has more than one handler")
            return
        }
        registered[handler.kind] = handler
    }

    private mutating func addListener(
        _ name: String, pattern: TypePattern, isTyped: Bool, policy: HandlerPolicy,
        _ body: @escaping @Sendable @concurrent (ClaimedEffect, HandlerContext) async throws -> Void
    ) {
        do {
            try require(!name.isEmpty, "the name is empty")
            try pattern.validate()
            let kind = try EffectKind.listener(name)
            guard registered[kind] == nil else {
                conflicts.append("the listener name '\(name)' is taken more than once")
                return
            }
            register(
                RegisteredHandler(
                    kind: kind, policy: policy, check: nil,
                    body: .run { claimed, context in
                        try await body(claimed, context)
                        return .completed(nil)
                    }))
            // Typed listeners come first, then the others, each in the order of registration.
            let order = rules.count + (isTyped ? 0 : 1_000_000)
            rules.append(Rule(name: name, pattern: pattern, kind: kind, order: order))
        } catch {
            conflicts.append("listener '\(name)': \(error)")
        }
    }
}

/// Gathers the effects that a response consists of.
@resultBuilder
public enum EffectsBuilder {
    public static func buildExpression(_ effect: some Effect) -> [any Effect] { [effect] }
    public static func buildExpression(_ effects: [any Effect]) -> [any Effect] { effects }
    public static func buildBlock(_ parts: [any Effect]...) -> [any Effect] { parts.flatMap { $0 } }
    public static func buildOptional(_ part: [any Effect]?) -> [any Effect] { part ?? [] }
    public static func buildEither(first: [any Effect]) -> [any Effect] { first }
    public static func buildEither(second: [any Effect]) -> [any Effect] { second }
    public static func buildArray(_ parts: [[any Effect]]) -> [any Effect] { parts.flatMap { $0 } }
}

/// Everything that was wrong with a program's ``Handlers``, in one error.
public struct HandlerConflicts: Error, Sendable, CustomStringConvertible {
    public let conflicts: [String]

    public var description: String {
        "the handlers contradict each other:\n" + conflicts.map { "  - \($0)" }.joined(separator: "\n")
    }
}
