/// The data of the events `ensue.effect.completed`, `.failed` and `.cancelled`, which are recorded only where some
/// rule listens for them.
public struct EffectEnding: Sendable, Hashable, Codable {
    public let effect: EffectID
    public let kind: EffectKind
    public let outcome: Outcome.Kind
    public let run: Int
    public let output: JSONText?
    public let error: String?
    /// The rule that requested the effect, by itself or through the effects that it requested. It does not hear of it.
    public let rule: String?

    package init(
        effect: EffectID, kind: EffectKind, outcome: Outcome.Kind, run: Int, output: JSONText?, error: String?,
        rule: String?
    ) {
        self.effect = effect
        self.kind = kind
        self.outcome = outcome
        self.run = run
        self.output = output
        self.error = error
        self.rule = rule
    }

    package static func eventType(_ outcome: Outcome.Kind) -> EventType {
        EventType(wellFormed: "ensue.effect.\(outcome.rawValue)")
    }

    /// The event that reports it, or nil where the chain of causes has reached its limit.
    package func draft(account: Account, depth: Int) throws -> EventDraft? {
        guard depth < Depth.limit else { return nil }
        var draft = EventDraft(account: account, type: Self.eventType(outcome), data: try data())
        draft.cause = effect
        draft.depth = depth + 1
        return draft
    }

    /// The output goes in as the text it is: whatever a handler could store can be reported.
    private func data() throws -> JSONText {
        guard let output else { return try JSONText.encoding(self) }
        let rest = EffectEnding(
            effect: effect, kind: kind, outcome: outcome, run: run, output: nil, error: error, rule: rule)
        return JSONText(trusted: try JSONText.encoding(rest).text.dropLast() + ",\"output\":\(output.text)}")
    }

    private struct Requester: Decodable { var rule: String? }

    /// The rule named in the data of an ending's event; data that is none names none.
    static func requester(in data: JSONText) -> String? {
        do { return try data.decode(Requester.self).rule } catch { return nil }
    }
}
