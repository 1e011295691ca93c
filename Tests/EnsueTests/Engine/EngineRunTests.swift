import EnsueTesting
import Testing

@testable import Ensue

/// An engine that runs, by a clock that the test moves.
@Suite(.timeLimit(.minutes(1)))
struct EngineRunTests {
    private let clock = ManualClock()

    private func engine(
        _ handlers: Handlers, on store: (any Store)? = nil, options: EngineOptions = EngineOptions()
    ) async throws -> Engine {
        var inner = store
        if inner == nil { inner = try await TestEngine(Handlers(), clock: clock).store }
        return try Engine(
            store: try #require(inner), handlers: handlers, options: options, clock: clock, random: SeededRandomness())
    }

    private static let policy = HandlerPolicy(attempts: 3, backoff: .fixed(.seconds(30)), timeout: .seconds(60))

    private static func handling(
        policy: HandlerPolicy = policy,
        _ body: @escaping @Sendable @concurrent (HandlerContext) async throws -> Handled<JSONValue>
    ) -> Handlers {
        var handlers = Handlers()
        handlers.handle("test", policy: policy) { _, context in try await body(context) }
        return handlers
    }

    private func request(_ engine: Engine) async throws -> EffectID {
        try await engine.request([EffectRequest(kind: "test", payload: .emptyObject)])[0].id
    }

    @Test func `an effect is handled, and who waits for it is told`() async throws {
        let engine = try await engine(Self.handling { _ in .completed("done") })
        let outcome = try await running([engine], clock: clock) {
            try await engine.effect(try await request(engine), waiting: .seconds(600))?.outcome
        }
        #expect(outcome?.output == JSONText("done"))
    }

    @Test func `an event is routed to its listeners, and what they request is handled`() async throws {
        let handled = Counting()
        var handlers = Self.handling { _ in
            handled.add()
            return .completed(nil)
        }
        handlers.listen(matching: .glob("a.*"), as: "l") { _, context in
            for _ in 1...3 { try context.request(EffectRequest(kind: "test", payload: .emptyObject)) }
        }
        let engine = try await engine(handlers)
        try await running([engine], clock: clock) {
            _ = try await engine.record([EventDraft(type: "a.B", data: .emptyObject)])
            while handled.count < 3 { await clock.pause(for: .milliseconds(100)) }
        }
        #expect(handled.count == 3)
    }

    @Test func `a failed run is repeated after its delay`() async throws {
        let tries = Counting()
        let engine = try await engine(
            Self.handling { _ in
                guard tries.add() == 2 else { throw Invalid("not yet") }
                return .completed(nil)
            })
        let record = try await running([engine], clock: clock) {
            try await engine.effect(try await request(engine), waiting: .seconds(600))
        }
        #expect(record?.outcome?.run == 2)
        #expect(record?.attempts.map(\.error) == ["not yet"])
        #expect((record?.outcome?.completedAt ?? clock.now()) - (record?.createdAt ?? clock.now()) >= .seconds(30))
    }

    @Test func `a run that takes too long is stopped and repeated`() async throws {
        let tries = Counting()
        let clock = clock
        let engine = try await engine(
            Self.handling { _ in
                if tries.add() == 1 { try await clock.sleep(for: .seconds(86_400)) }
                return .completed(nil)
            })
        let record = try await running([engine], clock: clock) {
            try await engine.effect(try await request(engine), waiting: .seconds(600))
        }
        #expect(record?.outcome?.run == 2)
        #expect(record?.attempts.first?.error?.contains("longer than 60") == true)
    }

    @Test func `a running effect that is cancelled is stopped`() async throws {
        let clock = clock
        let engine = try await engine(
            Self.handling { _ in
                try await clock.sleep(for: .seconds(50))
                return .completed(nil)
            })
        let outcome = try await running([engine], clock: clock) {
            let id = try await request(engine)
            _ = try await engine.effect(id) { $0.name == "running" }
            _ = try await engine.command(.cancel(reason: nil), on: id)
            return try await engine.effect(id, waiting: .seconds(600))?.outcome
        }
        #expect(outcome?.kind == .cancelled)
        #expect(outcome?.run == 1)
    }

    @Test func `a worker that is stopped leaves its effect to the next one`() async throws {
        let clock = clock
        let engine = try await engine(
            Self.handling { _ in
                try await clock.sleep(for: .seconds(50))
                return .completed(nil)
            })
        let id = try await running([engine], clock: clock) {
            let id = try await request(engine)
            _ = try await engine.effect(id) { $0.name == "running" }
            return id
        }
        let left = try #require(try await engine.store.effect(id))
        #expect(left.state == .ready(run: 2))
        #expect(left.attempts.map(\.result) == [.interrupted])
    }

    @Test func `work is found even though every notification of it is lost`() async throws {
        let store = FaultingStore(try await TestEngine(Handlers(), clock: clock).store, losingChanges: true)
        var handlers = Self.handling { _ in .completed(nil) }
        handlers.respond(to: PollCompleted.self, as: "l") { _ in WriteLog(line: "x") }
        let engine = try await engine(handlers, on: store)
        try await running([engine], clock: clock) {
            for _ in 1...3 {
                let id = try await request(engine)
                _ = try await engine.effect(id) { $0.name == "completed" }
            }
            _ = try await engine.record(PollCompleted(phone: "1", score: 1))
            while try await engine.store.counters().allSatisfy({ $0.kind != "listener.l" }) {
                await clock.pause(for: .milliseconds(100))
            }
        }
    }
}
