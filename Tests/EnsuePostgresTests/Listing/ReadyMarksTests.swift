import Ensue
import EnsueTesting
import Testing

@testable import EnsuePostgres

@Suite struct ReadyMarksTests {
    private let marks = ReadyMarks()
    private let clock = ManualClock()
    private let all = IDStretch(below: .max)

    /// Looks, which takes `cost` and finds these; returns from where on.
    private func look(
        _ query: EffectQuery = EffectQuery(state: .ready), costing cost: Duration, finding ids: [Int64] = [90, 70],
        of count: Int = 50
    ) throws -> Int64 {
        var from: Int64 = -1
        _ = try marks.looking(query, all, at: clock, newest: { 5000 }) { stretch in
            from = stretch.from
            clock.advance(by: cost)
            return Found(ids, of: count)
        }
        return from
    }

    @Test func `while looking is not dear, each look goes to the end`() throws {
        for _ in 1...10 { #expect(try look(costing: ReadyMarks.bearable) == 0) }
    }

    @Test func `where looking is dear, most looks end at the last that waits`() throws {
        for _ in 1...4 { _ = try look(costing: .seconds(1)) }
        #expect(try look(costing: .zero) == 70)
        #expect(try look(EffectQuery(account: "acme", state: .ready), costing: .zero) == 0)
        #expect(try look(EffectQuery(state: .ready, kind: "test.work"), costing: .zero) == 0)
        clock.advance(by: .seconds(20))
        #expect(try look(costing: .zero) == 0)
    }

    @Test func `a look that found as many as were wanted says nothing about the last`() throws {
        for _ in 1...4 { _ = try look(costing: .seconds(1), of: 2) }
        #expect(try look(costing: .zero) == 0)
    }

    @Test func `where nothing waits, looks end at what is new`() throws {
        for _ in 1...4 { _ = try look(costing: .seconds(1), finding: []) }
        #expect(try look(costing: .zero, finding: []) == 5000)
    }
}
