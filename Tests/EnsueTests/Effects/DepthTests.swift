import Ensue
import Testing

@Suite struct DepthTests {
    @Test func `what an effect causes is one deeper, up to the limit`() throws {
        #expect(try Depth.below(0) == 1)
        #expect(try Depth.below(Depth.limit - 1) == Depth.limit)
        #expect(throws: Rejection.self) { try Depth.below(Depth.limit) }
    }

    @Test func `an ending is one deeper than its effect, and is not reported at the limit`() throws {
        let ending = EffectEnding(
            effect: EffectID(rawValue: 1), kind: "a", outcome: .failed, run: 1, output: nil, error: "x", rule: nil)
        let draft = try #require(try ending.draft(account: "acme", depth: 3))
        #expect(draft.account == "acme")
        #expect(draft.type == "ensue.effect.failed")
        #expect(draft.depth == 4)
        #expect(draft.cause == EffectID(rawValue: 1))
        #expect(try draft.data.decode(EffectEnding.self) == ending)
        #expect(try ending.draft(account: "acme", depth: Depth.limit - 1)?.depth == Depth.limit)
        #expect(try ending.draft(account: "acme", depth: Depth.limit) == nil)
    }
}
