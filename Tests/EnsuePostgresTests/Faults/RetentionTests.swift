import Ensue
import Synchronization
import Testing

@testable import EnsuePostgres

/// Retention drops whole partitions under the feet of those who work.
@Suite(.timeLimit(.minutes(3)))
struct RetentionTests {
    @Test func `partitions are dropped while engines work, and keys stay`() async throws {
        let (database, runs) = (try await TemporarySchema.make(), Runs())
        let (store, second) = (try await database.store(), try await database.store())
        let engines = try [store, second].map {
            try Engine(
                store: $0, handlers: runs.handlers(of: BrokenLine.kind, listeningAs: "all"),
                options: EngineOptions(lease: .seconds(1)), logger: .quiet)
        }
        try await engines[0].working {
            try await engines[1].working {
                // A range with 500 effects and 50 events, all of which end, and then is used up.
                let first = try await store.request((1...500).map { .work(key: "key \($0)") })
                let events = try await store.record((1...50).map { .happened(key: "key \($0)") })
                try await runs.wait(for: 550)
                try await database.useUpRanges()
                let producing = Producing()
                try await withThrowingTaskGroup { group in
                    group.addTask { try await producing.run(second) }
                    try await until("work is done in the next range") { runs.all.count > 650 }
                    try await until("the first range is full") {
                        try await database.count("SELECT count(*) FROM ranges WHERE full_at IS NOT NULL") == 2
                    }
                    try await until("both ranges are dropped") {
                        _ = try await store.retire(olderThan: .zero, limit: 1000)
                        return try await database.count("SELECT count(*) FROM ranges WHERE first = 0") == 0
                    }
                    let before = runs.all.count
                    try await until("work goes on") { runs.all.count > before + 100 }
                    producing.stop()
                    try await group.waitForAll()
                }
                #expect(try await store.effect(first[0].id) == nil)
                #expect(try await database.count("SELECT count(*) FROM effects WHERE id < \(IDRange.size)") == 0)
                #expect(try await database.count("SELECT count(*) FROM events WHERE id < \(IDRange.size)") == 0)
                let again = try await second.request((1...500).map { .work(key: "key \($0)") })
                #expect(again.allSatisfy(\.isDuplicate) && again.map(\.id) == first.map(\.id))
                let heard = try await second.record((1...50).map { .happened(key: "key \($0)") })
                #expect(heard.allSatisfy(\.isDuplicate) && heard.map(\.id) == events.map(\.id))
                try await database.execute("INSERT INTO effects (kind, key) VALUES ('test.work', 'key 7')")
                let keyed = try await database.count("SELECT count(*) FROM effects WHERE key = 'key 7'")
                #expect(keyed == 0, "plain SQL, too, finds the key taken")
                let acknowledged = producing.acknowledged
                try await until("all that was acknowledged has run") {
                    acknowledged.allSatisfy { runs.all[$0] != nil }
                }
            }
        }
        #expect(runs.all.values.allSatisfy { $0.count == 1 })
        #expect(try await database.count("SELECT count(*) FROM leases") == 0)
        #expect(try await database.count("SELECT count(*) FROM ready") == 0)
        await store.close()
        await second.close()
        try await database.drop()
    }
}

/// Requests and records until it is told to stop.
private final class Producing: Sendable {
    private let state = Mutex<(ids: Set<EffectID>, isStopped: Bool)>(([], false))

    var acknowledged: Set<EffectID> { state.withLock { $0.ids } }

    func stop() { state.withLock { $0.isStopped = true } }

    func run(_ store: PostgresStore) async throws {
        while !state.withLock({ $0.isStopped }) {
            try Task.checkCancellation()
            let receipts = try await store.request((1...5).map { _ in .work() })
            state.withLock { $0.ids.formUnion(receipts.map(\.id)) }
            _ = try await store.record([.happened()])
        }
    }
}

extension TemporarySchema {
    /// Gives out all ids of the first ranges, and lets a worker notice at its next heartbeat.
    fileprivate func useUpRanges() async throws {
        for sequence in ["event_id", "effect_id"] {
            try await execute("SELECT setval('\(sequence)', \(IDRange.size + 5))")
        }
        try await execute("UPDATE chores SET done_at = NULL")
    }
}
