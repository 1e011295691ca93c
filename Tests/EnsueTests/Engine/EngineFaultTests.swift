import EnsueTesting
import Testing

@testable import Ensue

/// An engine whose store fails, and engines of which one dies.
@Suite(.timeLimit(.minutes(1)))
struct EngineFaultTests {
    private let clock = ManualClock()
    private let store: any Store

    init() async throws { store = try await TestEngine(Handlers(), clock: clock).store }

    private func engine(
        on store: any Store, policy: HandlerPolicy = HandlerPolicy(attempts: 3), seed: UInt64 = 1, handled: Counting
    ) throws -> Engine {
        var handlers = Handlers()
        handlers.handle("test", policy: policy) { _, _ in
            handled.add()
            return .completed(nil)
        }
        return try Engine(
            store: store, handlers: handlers, clock: clock, random: SeededRandomness(seed: seed))
    }

    private func request() async throws -> EffectID {
        try await store.request([EffectRequest(kind: "test", payload: .emptyObject)])[0].id
    }

    @Test(arguments: [StoreVerb.claim, .settle, .beat, .route, .advance, .follow], Fault.Moment.allCases)
    func `a store that fails for a moment delays work and loses none`(_ verb: StoreVerb, _ moment: Fault.Moment)
        async throws
    {
        let handled = Counting()
        let faulting = FaultingStore(
            store, faults: .fails(moment, call: 1, of: verb), .fails(moment, call: 2, of: verb))
        let engine = try engine(on: faulting, handled: handled)
        let records = try await running([engine], clock: clock) {
            var records: [EffectRecord] = []
            for _ in 1...3 {
                let id = try await request()
                records.append(try await engine.effect(id) { $0.name == "completed" })
            }
            return records
        }
        #expect(records.count == 3)
        #expect(handled.count == 3, "what was acknowledged as settled does not run again")
        #expect(records.allSatisfy { $0.attempts.isEmpty })
    }

    @Test func `what a dead worker had runs elsewhere once its lease has expired`() async throws {
        let (first, second) = (Counting(), Counting())
        let dying = FaultingStore(store, faults: .dies(.before, call: 1, of: .settle))
        let doomed = try engine(on: dying, seed: 1, handled: first)
        let rescuer = try engine(on: store, seed: 2, handled: second)
        let id = try await request()
        try await running([doomed], clock: clock) {
            while !dying.isDead { await clock.pause(for: .milliseconds(100)) }
        }
        let record = try await running([rescuer], clock: clock) {
            try await rescuer.effect(id) { $0.name == "completed" }
        }
        #expect(first.count == 1)
        #expect(second.count == 1)
        #expect(record.outcome?.run == 2)
        #expect(record.attempts.map(\.result) == [.lost])
        let lease = doomed.options.lease
        #expect(try #require(record.outcome).completedAt - record.createdAt < lease * 13 / 5)
    }

    @Test func `a result that was written before its worker died is not repeated`() async throws {
        let (first, second) = (Counting(), Counting())
        let dying = FaultingStore(store, faults: .dies(.after, call: 1, of: .settle))
        let doomed = try engine(on: dying, seed: 1, handled: first)
        let rescuer = try engine(on: store, seed: 2, handled: second)
        let id = try await request()
        try await running([doomed], clock: clock) {
            while !dying.isDead { await clock.pause(for: .milliseconds(100)) }
        }
        try await running([rescuer], clock: clock) { await clock.pause(for: .seconds(60)) }
        #expect(try await store.effect(id)?.outcome?.run == 1)
        #expect(second.count == 0)
    }

    @Test func `what must not be repeated blindly waits for a person when its worker dies`() async throws {
        let handled = Counting()
        let dying = FaultingStore(store, faults: .dies(.before, call: 1, of: .settle))
        let doomed = try engine(on: dying, policy: .atMostOnce, seed: 1, handled: handled)
        let rescuer = try engine(on: store, policy: .atMostOnce, seed: 2, handled: handled)
        let id = try await request()
        try await running([doomed], clock: clock) {
            while !dying.isDead { await clock.pause(for: .milliseconds(100)) }
        }
        let record = try await running([rescuer], clock: clock) {
            try await rescuer.effect(id) { $0.name == "uncertain" }
        }
        #expect(record.state == .uncertain(run: 1))
        #expect(handled.count == 1)
    }
}
