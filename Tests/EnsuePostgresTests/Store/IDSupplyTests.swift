import Ensue
import EnsueTesting
import Synchronization
import Testing

@testable import EnsuePostgres

@Suite(.timeLimit(.minutes(2)))
struct IDSupplyTests {
    /// As the server's: numbers in ascending order, each given out once.
    private final class Numbers: Sendable {
        private let last = Atomic<Int64>(0)

        func next(_ count: Int64) -> [Int64] {
            let end = last.add(count, ordering: .relaxed).newValue
            return Array(end - count + 1...end)
        }
    }

    @Test func `ids are handed out in the order in which they were drawn, each once`() {
        let supply = IDSupply("{event_id}", ManualClock())
        #expect(supply.take(1) == nil)
        supply.store([3, 4, 9, 10, 11])
        #expect(supply.take(2) == [3, 4])
        #expect(supply.take(4) == nil, "not enough are left")
        #expect(supply.take(3) == [9, 10, 11])
        #expect(supply.take(1) == nil)
    }

    @Test func `ids are not kept for later`() {
        let clock = ManualClock()
        let supply = IDSupply("{event_id}", clock)
        supply.store([1, 2])
        clock.advance(by: .milliseconds(199))
        #expect(supply.take(1) == [1])
        clock.advance(by: .milliseconds(1))
        #expect(supply.take(1) == nil)
    }

    @Test func `what was drawn last is what is used`() {
        let supply = IDSupply("{event_id}", ManualClock())
        supply.store([1, 2])
        supply.store([3, 4])
        #expect(supply.take(2) == [3, 4])
        #expect(supply.take(1) == nil)
    }

    @Test func `as many are drawn ahead as were needed, up to a limit`() {
        let supply = IDSupply("{event_id}", ManualClock())
        #expect([1, 20, 5000].map(supply.ahead) == [1, 20, 1000])
    }

    @Test(arguments: PropertySeed.seeds(rounds: 10))
    func `whoever asks at the same time gets other ids`(_ seed: UInt64) async {
        var random = SeededGenerator(seed: seed)
        let supply = IDSupply("{event_id}", ManualClock())
        let numbers = Numbers()
        let counts = (1...200).map { _ in Int.random(in: 1...20, using: &random) }
        let all = await withTaskGroup { group in
            for count in counts {
                group.addTask {
                    while true {
                        if let ids = supply.take(count) { return ids }
                        supply.store(numbers.next(100))
                        await Task.yield()
                    }
                }
            }
            return await group.reduce(into: [[Int64]]()) { $0.append($1) }
        }
        #expect(all.allSatisfy { $0 == $0.sorted() }, "ENSUE_SEED=\(seed)")
        #expect(all.map(\.count).sorted() == counts.sorted(), "ENSUE_SEED=\(seed)")
        #expect(Set(all.joined()).count == counts.reduce(0, +), "ENSUE_SEED=\(seed)")
    }

    @Test func `calls at the same time get ids of their own, in ascending order, and few are drawn in vain`()
        async throws
    {
        try await TemporarySchema.withStore { database, store in
            let all = try await withThrowingTaskGroup { group in
                for count in 1...30 {
                    group.addTask { try await store.request((1...count).map { _ in .work() }).map(\.id) }
                }
                return try await group.reduce(into: [[EffectID]]()) { $0.append($1) }
            }
            let count = 30 * 31 / 2
            #expect(all.allSatisfy { $0 == $0.sorted() })
            #expect(Set(all.joined()).count == count)
            #expect(try await database.count("SELECT count(*) FROM effects") == count)
            #expect(try await database.count("SELECT last_value FROM effect_id") <= 3 * count)
        }
    }

    @Test func `who goes on producing without any worker prepares the partitions for it`() async throws {
        // Time stands still, so that ids drawn ahead are always good.
        try await TemporarySchema.withStore(clock: ManualClock()) { database, store in
            try await database.execute("SELECT setval('effect_id', \(IDRange.size / 2 - 4))")
            for _ in 1...4 { _ = try await store.request([.work()]) }
            #expect(
                try await database.count("SELECT max(until) FROM ranges WHERE family = 'effects'") > 2 * IDRange.size)
        }
    }
}
