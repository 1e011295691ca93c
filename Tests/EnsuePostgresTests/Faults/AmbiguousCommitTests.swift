import Ensue
import EnsueTesting
import Testing

@testable import EnsuePostgres

/// When a connection is lost nobody knows whether its last transaction was committed. Whatever is done about it, nothing
/// is doubled, nothing is lost, and nothing is taken for stale that is not.
@Suite(.timeLimit(.minutes(5)))
struct AmbiguousCommitTests {
    private static let positions: [String?] = ["INSERT INTO", "COMMIT", "nextval", nil]

    @Test(arguments: positions)
    func `events with keys are recorded once, and are no duplicates of themselves`(_ position: String?) async throws {
        try await BrokenLine.working { line in
            let drafts = (1...5).map { EventDraft.happened(key: "key \($0)") }
            let receipts = try await line.breaking(at: position) { try await line.store.record(drafts) }
            #expect(receipts.allSatisfy { !$0.isDuplicate } && Set(receipts.map(\.id)).count == 5)
            let again = try await line.breaking(at: position) { try await line.store.record(drafts) }
            #expect(again.allSatisfy(\.isDuplicate) && again.map(\.id) == receipts.map(\.id))
            #expect(try await line.count("SELECT count(*) FROM events") == 5)
            #expect(try await line.count("SELECT count(*) FROM unrouted") == 5)
        }
    }

    @Test(arguments: ["INSERT INTO", "nextval", nil])
    func `events without keys are recorded once`(_ position: String?) async throws {
        try await BrokenLine.working { line in
            let receipts = try await line.breaking(at: position) {
                try await line.store.record((1...5).map { _ in .happened() })
            }
            let ids = try await line.database.rows("SELECT id FROM events ORDER BY id") { $0.int(0) }
            #expect(receipts.map(\.id.rawValue) == ids)
            #expect(try await line.count("SELECT count(*) FROM unrouted") == 5)
        }
    }

    @Test(arguments: positions)
    func `effects with keys are requested once, and are no duplicates of themselves`(_ position: String?) async throws {
        try await BrokenLine.working { line in
            let requests = (1...5).map { EffectRequest.work(key: "key \($0)") }
            let receipts = try await line.breaking(at: position) { try await line.store.request(requests) }
            #expect(receipts.allSatisfy { !$0.isDuplicate } && Set(receipts.map(\.id)).count == 5)
            #expect(try await line.count("SELECT count(*) FROM effects") == 5)
            #expect(try await line.count("SELECT count(*) FROM ready") == 5)
        }
    }

    @Test(arguments: ["INSERT INTO", "nextval", nil])
    func `effects without keys are requested once`(_ position: String?) async throws {
        try await BrokenLine.working { line in
            let receipts = try await line.breaking(at: position) {
                try await line.store.request((1...5).map { _ in .work() })
            }
            let ids = try await line.database.rows("SELECT id FROM effects ORDER BY id") { $0.int(0) }
            #expect(receipts.map(\.id.rawValue) == ids)
            #expect(try await line.count("SELECT count(*) FROM ready") == 5)
        }
    }

    @Test(arguments: ["DELETE FROM", "COMMIT", nil])
    func `a claim is recognised as one's own`(_ position: String?) async throws {
        try await BrokenLine.working { line in
            let ids = try await line.store.request((1...10).map { _ in .work() }).map(\.id)
            let claimed = try await line.breaking(at: position) { try await line.claim(6, lease: 1000) }
            #expect(claimed.map(\.id).sorted() == Array(ids.prefix(6)))
            #expect(claimed.allSatisfy { $0.run == 1 && $0.lease == LeaseID(rawValue: 1000) })
            #expect(try await line.count("SELECT count(*) FROM ready") == 4)
            #expect(try await line.count("SELECT cardinality(open) FROM leases") == 6)
            let rest = try await line.claim(6, lease: 2000)
            #expect(rest.map(\.id).sorted() == Array(ids.suffix(4)), "nothing is claimed twice")
        }
    }

    @Test(arguments: ["INSERT INTO", "DELETE FROM", nil])
    func `completed runs are settled once, and none is stale`(_ position: String?) async throws {
        try await BrokenLine.working { line in
            _ = try await line.store.request((1...10).map { _ in .work() })
            let (first, second) = (try await line.claim(5, lease: 1000), try await line.claim(5, lease: 2000))
            // A whole lease and a part of one.
            let runs = (first + second.prefix(2)).map(SettledRun.completed)
            let report = try await line.breaking(at: position) { try await line.store.settle(runs) }
            #expect(report.stale == [])
            #expect(try await line.count("SELECT count(*) FROM outcomes WHERE run = 1") == 7)
            #expect(try await line.count("SELECT cardinality(open) FROM leases") == 3)
            #expect(try await line.counted(.completed) == 7)
            #expect(try await line.counted(.stale) == 0)
            #expect(try await line.store.settle(runs).stale.count == 7, "another settling of them is stale")
        }
    }

    @Test(arguments: ["COMMIT", "UPDATE", "INSERT INTO", nil])
    func `what a run recorded, and a run that failed, are there once`(_ position: String?) async throws {
        try await BrokenLine.working { line in
            _ = try await line.store.request((1...4).map { _ in .work() })
            let claimed = try await line.claim(4, lease: 1000)
            let failure = Transition(to: .scheduled(after: .seconds(60)), attempted: .init(.failed, error: "broken"))
            let runs = [
                SettledRun(
                    of: claimed[0], startedAt: nil, transition: Transition(to: .ended(.completed)),
                    events: [.happened()], requests: [.work()]),
                SettledRun(of: claimed[1], startedAt: nil, transition: failure),
                SettledRun(of: claimed[2], startedAt: nil, transition: Transition(to: .deferred(within: .seconds(60)))),
            ]
            let report = try await line.breaking(at: position) { try await line.store.settle(runs) }
            #expect(report.stale == [])
            #expect(try await line.count("SELECT count(*) FROM events") == 1)
            #expect(try await line.count("SELECT count(*) FROM effects") == 5)
            #expect(try await line.count("SELECT count(*) FROM attempts") == 1)
            #expect(try await line.count("SELECT count(*) FROM parked") == 1)
            #expect(try await line.counted(.stale) == 0)
            #expect(try await line.counted(.retried) == 1)
        }
    }

    @Test(arguments: seeds)
    func `whatever is cut wherever, the ledger is what was acknowledged`(_ seed: UInt64) async throws {
        print("seed: ENSUE_SEED=\(seed)")
        try await Self.turns.take {
            try await BrokenLine.working { line in
                var campaign = CutCampaign(line, seed: seed)
                for _ in 1...50 { try await campaign.step() }
                try await campaign.finish()
            }
        }
    }

    private static var seeds: [UInt64] { Array(PropertySeed.seeds(rounds: 3).prefix(300)) }
    private static let turns = Turns(3)
}

extension BrokenLine {
    func counted(_ measure: Counter.Measure) async throws -> Int {
        try await store.counters().filter { $0.measure == measure }.reduce(0) { $0 + $1.count }
    }
}
