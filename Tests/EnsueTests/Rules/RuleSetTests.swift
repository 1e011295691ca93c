import Ensue
import Testing

@Suite struct RuleSetTests {
    private static func rule(_ name: String, _ pattern: TypePattern, order: Int = 0) -> Rule {
        Rule(name: name, pattern: pattern, kind: EffectKind(wellFormed: "listener.\(name)"), order: order)
    }

    private static func event(
        _ type: EventType, data: JSONText = .emptyObject, account: Account = .default, depth: Int = 0
    ) -> RecordedEvent {
        let time = Timestamp(milliseconds: 0)
        return RecordedEvent(
            id: EventID(rawValue: 5), account: account, type: type, source: nil, key: "k", tags: ["t"], data: data,
            time: time, recordedAt: time, cause: nil, depth: depth)
    }

    @Test func `rules apply in their order, and by name where that is the same`() {
        let rules = RuleSet([
            Self.rule("d", .glob("*"), order: 2), Self.rule("b", .glob("*"), order: 1),
            Self.rule("a", .glob("*"), order: 2), Self.rule("c", .glob("*"), order: 1),
        ])
        #expect(rules.matching("x").map(\.name) == ["b", "c", "a", "d"])
        #expect(rules.effects(of: Self.event("x")).map(\.origin.rule) == ["b", "c", "a", "d"])
    }

    @Test func `an effect refers to its event and does not copy it`() {
        let rules = RuleSet([Self.rule("a", .exact("x"))])
        let event = Self.event("x", data: JSONText(.string("data")), account: "acme", depth: 7)
        let effects = rules.effects(of: event)
        #expect(effects.count == 1)
        var expected = EffectRequest(account: "acme", kind: "listener.a", payload: .emptyObject)
        expected.origin = EffectOrigin(event: event.id, rule: "a")
        expected.depth = 7
        #expect(effects.first == expected)
    }

    @Test func `an event that no rule matches calls for nothing`() {
        #expect(RuleSet([]).effects(of: Self.event("x")).isEmpty)
        #expect(RuleSet([Self.rule("a", .exact("y"))]).effects(of: Self.event("x")).isEmpty)
    }

    @Test func `a rule is passed over for the endings of its own effects, and for no other event`() throws {
        let rules = RuleSet([
            Self.rule("audit", .glob("ensue.*")), Self.rule("other", .glob("ensue.*")), Self.rule("all", .glob("*")),
        ])
        let ending = EffectEnding(
            effect: EffectID(rawValue: 1), kind: "listener.audit", outcome: .completed, run: 1, output: nil,
            error: nil, rule: "audit")
        let data = try JSONText.encoding(ending)
        #expect(rules.effects(of: Self.event("ensue.effect.completed", data: data)).map(\.origin.rule) == ["other"])
        let claims = try JSONText(parsing: #"{"rule":"all"}"#)
        #expect(rules.effects(of: Self.event("app.Pretends", data: claims)).map(\.origin.rule) == ["all"])
    }

    @Test func `an ending whose data is no object names no rule`() throws {
        let rules = RuleSet([Self.rule("audit", .glob("ensue.*"))])
        for data in ["null", "[]", "1", #"{"rule":5}"#, #"{"rule":null}"#] {
            let event = Self.event("ensue.effect.completed", data: try JSONText(parsing: data))
            #expect(rules.effects(of: event).count == 1, "\(data)")
        }
    }

    @Test func `what a type matches stays the same however many types there have been`() {
        let rules = RuleSet([Self.rule("even", .regex("t[0-9]*[02468]"))])
        for round in 1...2 {
            for number in stride(from: 0, to: 10_500, by: 7) {
                let isMatch = !rules.matching(EventType(wellFormed: "t\(number)")).isEmpty
                #expect(isMatch == number.isMultiple(of: 2), "t\(number) in round \(round)")
            }
        }
    }
}
