import Ensue
import Testing

@testable import EnsueSQLite

/// Trees of causes, however they were written.
@Suite(.timeLimit(.minutes(2))) struct TraceTests {
    private let bench: EngineBench

    init() throws { bench = try EngineBench() }

    private func request(_ engine: Engine, _ count: Int = 1, size: Int = 2) async throws -> [EffectID] {
        let payload = try JSONText(parsing: "\"\(String(repeating: "x", count: size))\"")
        let request = EffectRequest(kind: "test.work", payload: payload)
        return try await engine.request(Array(repeating: request, count: count)).map(\.id)
    }

    /// All ids of effects in a tree, from the top.
    private func effects(_ trace: Trace) -> [EffectID] {
        var ids: [EffectID] = []
        if case .effect(let effect) = trace.subject { ids.append(effect.id) }
        return ids + trace.consequences.flatMap(effects)
    }

    @Test func `a long chain of replays is cut, and shows the one that was asked about`() async throws {
        let engine = try bench.engine()
        var last = try await request(engine)[0]
        for _ in 0..<150 { last = try #require(try await engine.replay(last)).id }
        let report = try #require(try await engine.trace(of: last))
        #expect(report.isCut)
        #expect(effects(report.root).contains(last))
        #expect(effects(report.root).count == Trace.depthLimit)
        let first = try #require(try await engine.trace(of: EffectID(rawValue: 1)))
        #expect(first.isCut && effects(first.root).first?.rawValue == 1)
    }

    @Test func `the one that was asked about is shown among thousands of siblings`() async throws {
        let engine = try bench.engine()
        let original = try await request(engine)[0]
        for _ in 0..<1200 { _ = try await engine.replay(original) }
        let last = EffectID(rawValue: 1201)
        let report = try #require(try await engine.trace(of: last))
        #expect(report.isCut)
        #expect(effects(report.root).count == Trace.limit)
        #expect(effects(report.root).contains(last))
    }

    @Test func `a trace is bounded in bytes`() async throws {
        let engine = try bench.engine()
        let original = try await request(engine, size: 900_000)[0]
        for _ in 0..<20 { _ = try await engine.replay(original) }
        let report = try #require(try await engine.trace(of: original))
        #expect(report.isCut)
        #expect(effects(report.root).count < 8)
    }

    @Test func `circles of causes and other accounts' effects, written with plain SQL, mislead nobody`() async throws {
        let engine = try bench.engine()
        for row in [
            "(id, kind, replay_of) VALUES (1, 'test.work', 2), (2, 'test.work', 1)",
            "(id, kind, account) VALUES (3, 'test.work', 'other')",
            "(id, kind, cause) VALUES (4, 'test.work', 3)",
            "(id, kind, account, cause) VALUES (5, 'test.work', 'other', 4)",
        ] {
            try await bench.sqlite.write("test") { try $0.execute("INSERT INTO {effects} \(row)") }
        }
        let circle = try #require(try await engine.trace(of: EffectID(rawValue: 1)))
        #expect(Set(effects(circle.root).map(\.rawValue)) == [1, 2])
        let own = try #require(try await engine.trace(of: EffectID(rawValue: 4)))
        #expect(effects(own.root).map(\.rawValue) == [4])
    }
}
