/// A handler with its types erased: what the engine runs.
package struct RegisteredHandler: Sendable {
    package typealias Run =
        @Sendable @concurrent (ClaimedEffect, HandlerContext) async throws -> Handled<JSONText?>

    package enum Body: Sendable {
        case run(Run)
        /// Runs inside the settling transaction of one store.
        case inTransaction(storeID: String, @Sendable (ClaimedEffect, HandlerContext, Any) throws -> JSONText?)
    }

    package let kind: EffectKind
    package let policy: HandlerPolicy
    /// Refuses a payload before it is acknowledged; nil for listeners, whose payload is the engine's own.
    package let check: (@Sendable @concurrent (JSONText) async throws -> Void)?
    package let body: Body

    package init(
        kind: EffectKind, policy: HandlerPolicy, check: (@Sendable @concurrent (JSONText) async throws -> Void)?,
        body: Body
    ) {
        self.kind = kind
        self.policy = policy
        self.check = check
        self.body = body
    }

    /// What a declared effect is asked before it is acknowledged: that it can be read, is valid, and is accepted.
    package static func check<E: Effect>(
        _ accepting: (@Sendable @concurrent (E) async throws -> Void)?
    ) -> @Sendable @concurrent (JSONText) async throws -> Void {
        { payload in
            let effect = try payload.decode(E.self)
            try effect.validate()
            try await accepting?(effect)
        }
    }
}

/// An event type that a program knows.
package struct DeclaredEvent: Sendable {
    let name: String
    let swiftType: ObjectIdentifier
    package let check: @Sendable (JSONText) throws -> Void
}

extension Handlers {
    /// A draft that may be recorded: its data is valid if its type is declared. Throws why it may not.
    package func checked(_ draft: EventDraft) throws -> EventDraft {
        let draft = try draft.checked()
        guard let declared = declared[draft.type] else { return draft }
        do { try declared.check(draft.data) } catch let error as DecodingError {
            throw Invalid("the data is not a valid \(draft.type): \(explain(error))")
        }
        return draft
    }
}

extension Effect {
    /// The declared effect in a claimed one; what cannot be read or is invalid will not be better next time.
    package init(claimed: ClaimedEffect) throws(Rejection) {
        do {
            self = try claimed.payload.decode(Self.self)
            try validate()
        } catch {
            throw Rejection("the payload is not a valid \(claimed.kind): \(explain(error))")
        }
    }
}

extension Event {
    init(claimed: ClaimedEffect) throws(Rejection) {
        let event = try claimed.requiredEvent()
        do {
            self = try event.data.decode(Self.self).cleaned()
        } catch {
            throw Rejection("the data of event \(event.id) is not a clean \(event.type): \(explain(error))")
        }
    }
}

extension ClaimedEffect {
    func requiredEvent() throws(Rejection) -> RecordedEvent {
        guard let event else { throw Rejection("the effect refers to no event, which listeners need") }
        return event
    }
}

extension JSONText {
    /// What is stored of a handler's output; nothing for ``NoOutput``.
    package static func output(_ output: some Encodable) throws -> JSONText? {
        output is NoOutput ? nil : try JSONText.encoding(output)
    }
}
