public import Ensue
internal import Synchronization

extension PostgresStore {
    /// Runs that simply end their effects are settled in one round trip. What cannot be done that way is settled row by
    /// row under the locks of its leases.
    public func settle(_ runs: [SettledRun]) async throws -> SettlementReport {
        let (storeID, doubts) = (identity.id, doubts)
        let byLease = runs.grouped(by: \.lease).sorted { $0.0 < $1.0 }
        do {
            let report = try await runner.attempt("settle") { session, write in
                let left = try Self.settleSimply(byLease, session, &write, doubts)
                guard !left.isEmpty else { return SettlementReport() }
                return try session.transaction {
                    var settling = Settling(storeID: storeID, doubts: doubts)
                    try settling.settle(left, &write)
                    try write.finish()
                    return settling.report
                }
            }
            doubts.resolve(byLease.map(\.0))
            return report
        } catch let error as StoreError where error.isTransient {
            doubts.raise(byLease.map(\.0))
            throw error
        }
    }

    public func release(_ effects: [EffectID], of lease: LeaseID) async throws {
        try await runner.transact("release") { write in
            guard var held = try write.leases([lease.rawValue]).first else { return }
            try write.putBack(held.close(effects), of: held)
            try write.store(held)
        }
    }

    /// Settles what can be settled without a look at it; returns the rest.
    private static func settleSimply(
        _ byLease: [(LeaseID, [SettledRun])], _ session: Session, _ write: inout Write, _ doubts: Doubts
    ) throws -> [(LeaseID, [SettledRun])] {
        let isDoubtful = write.isDoubtful || doubts.contain(byLease.map(\.0))
        guard !isDoubtful else { return byLease }
        var simple: [(LeaseID, [SettledRun])] = []
        var left: [(LeaseID, [SettledRun])] = []
        for (lease, runs) in byLease {
            if runs.allSatisfy(\.isSimple), Set(runs.map(\.effect)).count == runs.count {
                simple.append((lease, runs))
            } else {
                left.append((lease, runs))
            }
        }
        guard !simple.isEmpty else { return left }
        let statements = try simple.map { try SettleTogether.statement($0, $1, write) }
        let results =
            session.isPooled
            ? try session.transaction { try write.pipeline(statements) } : try write.pipeline(statements)
        var settled: [LeaseID] = []
        for (index, (lease, runs)) in simple.enumerated() {
            if results[index].affected == runs.count { settled.append(lease) } else { left.append((lease, runs)) }
        }
        if !settled.isEmpty { write.changes.formUnion([.outcomes, .endings]) }
        // The rest may fail, and all be tried again: these have to be found settled then.
        if !left.isEmpty { doubts.raise(settled) }
        return left
    }
}

/// Leases of which nobody knows how much was settled: a connection was lost at the wrong moment.
final class Doubts: Sendable {
    private let leases = Mutex<Set<LeaseID>>([])

    func raise(_ ids: [LeaseID]) { leases.withLock { $0.formUnion(ids) } }
    func resolve(_ ids: [LeaseID]) { leases.withLock { if !$0.isEmpty { $0.subtract(ids) } } }
    func contain(_ ids: [LeaseID]) -> Bool {
        leases.withLock { leases in !leases.isEmpty && ids.contains { leases.contains($0) } }
    }
}

/// The settling of runs one by one, under the locks of their leases.
private struct Settling {
    let storeID: String
    let doubts: Doubts
    var report = SettlementReport()
    private var events: [EventDraft] = []
    private var requests: [EffectRequest] = []

    init(storeID: String, doubts: Doubts) {
        self.storeID = storeID
        self.doubts = doubts
    }

    mutating func settle(_ byLease: [(LeaseID, [SettledRun])], _ write: inout Write) throws {
        let held = Dictionary(
            uniqueKeysWithValues: try write.leases(byLease.map(\.0.rawValue)).map { ($0.id, $0) })
        for (id, runs) in byLease {
            if let lease = held[id] { try settle(runs, lease, &write) } else { try markStale(runs, &write) }
        }
        if !events.isEmpty { _ = try write.record(events) }
        if !requests.isEmpty { _ = try write.request(requests) }
    }

    private mutating func settle(_ runs: [SettledRun], _ held: HeldLease, _ write: inout Write) throws {
        var lease = held
        let open = Set(lease.close(runs.map(\.effect)))
        var unsettled: [EffectID] = []
        var seen: Set<EffectID> = []
        for run in runs {
            guard open.contains(run.effect), seen.insert(run.effect).inserted else {
                try markStale([run], &write)
                continue
            }
            if try !settle(run, lease, &write) { unsettled.append(run.effect) }
        }
        try write.store(lease.reopening(unsettled))
    }

    /// False if the handler's own writes threw: the run is then still open.
    private mutating func settle(_ run: SettledRun, _ lease: HeldLease, _ write: inout Write) throws -> Bool {
        var transition = run.transition
        var (ownEvents, ownRequests) = (run.events, run.requests)
        if let work = run.work {
            guard let result = try perform(work, run, write) else { return false }
            transition = Transition(to: .ended(.completed, output: result.output))
            (ownEvents, ownRequests) = (result.events, result.requests)
        }
        if lease.cancel.contains(run.effect.rawValue), !transition.isEnd {
            transition = transition.heedingCancellation
            (ownEvents, ownRequests) = ([], [])
        }
        var placed = Placed(
            effect: run.effect, account: try write.accountID(run.account), kind: try write.kindID(run.kind),
            run: run.run)
        placed.lease = run.lease
        placed.startedAt = run.startedAt
        placed.alone = lease.alone
        write.put(placed, transition)
        events += ownEvents
        requests += ownRequests
        return true
    }

    /// Runs a handler's own writes in a savepoint. Nil if they threw: they are undone then.
    private mutating func perform(
        _ work: TransactionWork, _ run: SettledRun, _ write: Write
    ) throws -> TransactionResult? {
        guard work.storeID == storeID else {
            throw StoreError(.constraint("transaction"), operation: "settle", detail: "work for another store")
        }
        let session = write.session
        try session.script("SAVEPOINT work")
        do {
            let result = try work.perform(PostgresTransaction(session))
            try session.script("RELEASE SAVEPOINT work")
            return result
        } catch {
            guard session.isHealthy, session.isInTransaction else { throw error }
            try session.script("ROLLBACK TO SAVEPOINT work; RELEASE SAVEPOINT work")
            report.failedWork[run.effect] = error
            return nil
        }
    }

    /// What is not open there any more came too late, unless it is this very call that settled it before.
    private mutating func markStale(_ runs: [SettledRun], _ write: inout Write) throws {
        var runs = runs
        if write.isDoubtful || doubts.contain(runs.map(\.lease)) {
            let settled = try write.settledBefore(runs)
            runs.removeAll { settled.contains($0.effect) }
        }
        for run in runs {
            report.stale.append(run.effect)
            write.counts.add(.stale, account: try write.accountID(run.account), kind: try write.kindID(run.kind))
        }
    }
}

extension Write {
    /// Leases with these ids, locked, in the order of their ids.
    func leases(_ ids: [Int64]) throws -> [HeldLease] {
        try rows(
            "SELECT id, worker, open, cancel, alone FROM {leases} WHERE id = ANY($1) ORDER BY id FOR UPDATE",
            [.integers(ids)]
        ).map(HeldLease.init)
    }

    /// Writes back what is still open; a lease in which nothing is goes.
    func store(_ lease: HeldLease) throws {
        if lease.open.isEmpty {
            try execute("DELETE FROM {leases} WHERE id = $1", [.integer(lease.id.rawValue)])
        } else {
            try execute(
                "UPDATE {leases} SET open = $2 WHERE id = $1",
                [.integer(lease.id.rawValue), .integers(lease.open)])
        }
    }

    /// Those of `runs` whose settling under the same lease is in the ledger.
    fileprivate func settledBefore(_ runs: [SettledRun]) throws -> Set<EffectID> {
        let effects = runs.map(\.effect.rawValue)
        let rows = try rows(
            """
            SELECT w.effect FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS w (effect, run, lease)
            WHERE EXISTS (SELECT FROM {outcomes} o WHERE o.effect = w.effect AND o.run = w.run AND o.lease = w.lease)
                OR EXISTS (SELECT FROM {attempts} a WHERE a.effect = w.effect AND a.run = w.run AND a.lease = w.lease
                    AND a.result <> 'lost')
                OR EXISTS (SELECT FROM {parked} p WHERE p.effect = w.effect AND p.run = w.run AND p.lease = w.lease)
            """, [.integers(effects), .integers(runs.map { Int64($0.run) }), .integers(runs.map(\.lease.rawValue))])
        return Set(rows.map { EffectID(rawValue: $0.int(0)) })
    }
}

extension HeldLease {
    /// Reads id, worker, open, cancel and alone from the first five columns.
    init(_ row: PostgresRow) {
        self.init(
            id: LeaseID(rawValue: row.int(0)), worker: WorkerID(rawValue: row.int(1)), open: row.ints(2),
            cancel: Set(row.ints(3)), alone: row.bool(4))
    }
}
