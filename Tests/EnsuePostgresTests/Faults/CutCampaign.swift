import Ensue
import EnsueTesting
import Testing

@testable import EnsuePostgres

/// Random verbs, most of which lose their connection somewhere, and what the ledger has to be after them.
struct CutCampaign {
    private static let positions: [String?] = [
        nil, "BEGIN", "COMMIT", "nextval", "INSERT INTO", "DELETE FROM", "UPDATE", "FOR UPDATE", "SELECT",
    ]

    private let line: BrokenLine
    private var random: SeededGenerator
    private var trace: [String] = []
    private var events: Set<EventID> = []
    private var effects: Set<EffectID> = []
    private var eventKeys: [String: EventID] = [:]
    private var effectKeys: [String: EffectID] = [:]
    /// What is claimed and not settled.
    private var open: [ClaimedEffect] = []
    /// How many runs each effect has behind it.
    private var runs: [EffectID: Int] = [:]
    private var ended: Set<EffectID> = []
    private var lastLease: Int64 = 1000
    /// What runs that were settled have recorded and requested.
    private var byRuns = (events: 0, effects: 0)

    init(_ line: BrokenLine, seed: UInt64) {
        self.line = line
        random = SeededGenerator(seed: seed)
    }

    mutating func step() async throws {
        let position = Self.positions[Int.random(in: 0..<Self.positions.count, using: &random)]
        let isCut = Int.random(in: 0..<10, using: &random) < 7
        if isCut { await line.cut(at: position) }
        let verb = Int.random(in: 0..<10, using: &random)
        trace.append("\(verb)" + (isCut ? " cut at \(position ?? "once")" : ""))
        do {
            switch verb {
            case 0, 1: try await record()
            case 2, 3: try await request()
            case 4, 5: try await claim()
            case 6, 7: try await settle()
            case 8: try await release()
            default: try await keepUp()
            }
        } catch {
            throw Failure(description: "\(error) after \(trace.joined(separator: ", "))")
        }
    }

    private struct Failure: Error, CustomStringConvertible { let description: String }

    // MARK: Verbs

    private mutating func keys(_ prefix: String) -> [String?] {
        (1...Int.random(in: 1...5, using: &random)).map { _ in
            Bool.random(using: &random) ? "\(prefix) \(Int.random(in: 1...40, using: &random))" : nil
        }
    }

    private mutating func record() async throws {
        let keys = keys("event")
        let receipts = try await line.store.record(keys.map { .happened(key: $0) })
        for (key, receipt) in zip(keys, receipts) {
            let first = key.flatMap { eventKeys[$0] }
            #expect(receipt.isDuplicate == (first != nil), "\(trace)")
            #expect(first == nil || first == receipt.id, "\(trace)")
            if first == nil { #expect(events.insert(receipt.id).inserted, "\(trace)") }
            if let key { eventKeys[key] = receipt.id }
        }
    }

    private mutating func request() async throws {
        let keys = keys("effect")
        let receipts = try await line.store.request(keys.map { .work(key: $0) })
        for (key, receipt) in zip(keys, receipts) {
            let first = key.flatMap { effectKeys[$0] }
            #expect(receipt.isDuplicate == (first != nil), "\(trace)")
            #expect(first == nil || first == receipt.id, "\(trace)")
            if first == nil { #expect(effects.insert(receipt.id).inserted, "\(trace)") }
            if let key { effectKeys[key] = receipt.id }
        }
    }

    private mutating func claim() async throws {
        lastLease += 1000
        let claimed = try await line.claim(Int.random(in: 1...15, using: &random), lease: lastLease)
        for effect in claimed {
            #expect(!open.contains { $0.id == effect.id } && !ended.contains(effect.id), "claimed twice: \(trace)")
            #expect(effect.run == runs[effect.id, default: 0] + 1, "\(trace)")
        }
        open += claimed
    }

    private mutating func settle() async throws {
        open.shuffle(using: &random)
        let chosen = open.prefix(Int.random(in: 0...10, using: &random))
        open.removeFirst(chosen.count)
        var settled: [SettledRun] = []
        for claimed in chosen {
            let run = self.run(of: claimed)
            if run.transition.isEnd { ended.insert(claimed.id) } else { runs[claimed.id, default: 0] += 1 }
            byRuns.events += run.events.count
            byRuns.effects += run.requests.count
            settled.append(run)
        }
        #expect(try await line.store.settle(settled).stale == [], "\(trace)")
    }

    private mutating func run(of claimed: ClaimedEffect) -> SettledRun {
        let completed = Transition(to: .ended(.completed))
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            return SettledRun(of: claimed, startedAt: nil, transition: completed, events: [.happened()])
        case 1:
            return SettledRun(of: claimed, startedAt: nil, transition: completed, requests: [.work()])
        case 2:
            let failed = Transition(to: .ready, attempted: .init(.failed, error: "broken"))
            return SettledRun(of: claimed, startedAt: nil, transition: failed)
        case 3:
            let snoozed = Transition(to: .scheduled(after: .zero), attempted: .init(.snoozed))
            return SettledRun(of: claimed, startedAt: nil, transition: snoozed)
        default: return .completed(claimed)
        }
    }

    private mutating func release() async throws {
        guard let lease = open.randomElement(using: &random)?.lease else { return }
        let released = open.filter { $0.lease == lease && Bool.random(using: &random) }
        try await line.store.release(released.map(\.id), of: lease)
        open.removeAll { effect in released.contains { $0 === effect } }
    }

    /// What loops of an engine do now and then.
    private mutating func keepUp() async throws {
        let leases = Set(open.map(\.lease))
        let reply = try await line.store.beat(
            Heartbeat(worker: BrokenLine.worker, leases: Array(leases), lease: .seconds(600)))
        #expect(reply.isKnown && reply.alive == leases, "\(trace)")
        _ = try await line.store.route(limit: 10)
        _ = try await line.store.advance(limit: 10)
        #expect(try await line.store.rescue(limit: 10).effects == 0, "\(trace)")
    }

    // MARK: The end

    /// Lets everything end, and compares the ledger with what was acknowledged.
    mutating func finish() async throws {
        while try await line.store.route(limit: 100).events > 0 {}
        var isQuiet = false
        while !isQuiet {
            _ = try await line.store.advance(limit: 1000)
            lastLease += 1000
            open += try await line.claim(1000, lease: lastLease)
            isQuiet = open.isEmpty
            #expect(try await line.store.settle(open.map(SettledRun.completed)).stale == [], "\(trace)")
            ended.formUnion(open.map(\.id))
            open = []
            while try await line.store.route(limit: 100).events > 0 { isQuiet = false }
        }
        let recorded = Int64(events.count + byRuns.events)
        let requested = Int64(effects.count + byRuns.effects) + recorded
        try await expect("SELECT count(*) FROM events", recorded)
        try await expect("SELECT count(*) FROM effects", requested)
        try await expect("SELECT count(*) FROM effects WHERE event IS NOT NULL", recorded)
        try await expect("SELECT count(*) FROM outcomes WHERE outcome = 'completed'", requested)
        try await expect("SELECT count(*) FROM attempts", Int64(runs.values.reduce(0, +)))
        try await expect(
            """
            SELECT count(*) FROM outcomes o WHERE o.run <> 1 + (SELECT count(*) FROM attempts a WHERE a.effect = o.effect)
            """, 0)
        try await expect(
            """
            SELECT (SELECT count(*) FROM ready) + (SELECT count(*) FROM scheduled) + (SELECT count(*) FROM leases)
                + (SELECT count(*) FROM parked) + (SELECT count(*) FROM unrouted)
            """, 0)
        #expect(Int64(ended.count) == requested, "\(trace)")
        #expect(try await line.counted(.completed) == Int(requested), "\(trace)")
        #expect(try await line.counted(.stale) + line.counted(.lost) == 0, "\(trace)")
    }

    private func expect(_ sql: String, _ count: Int64) async throws {
        let found = try await line.count(sql)
        #expect(found == count, "\(sql): \(trace)")
    }
}
