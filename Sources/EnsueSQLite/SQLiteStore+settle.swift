public import Ensue
internal import GRDB

extension SQLiteStore {
    public func settle(_ runs: [SettledRun]) async throws -> SettlementReport {
        try await write("settle") { [identity] write in
            var settling = Settling(storeID: identity.id)
            for (lease, runs) in runs.grouped(by: \.lease) { try settling.settle(runs, of: lease, &write) }
            return settling.report
        }
    }

    public func release(_ effects: [EffectID], of lease: LeaseID) async throws {
        try await write("release") { write in
            guard var held = try write.lease(lease) else { return }
            var endings = Endings()
            for effect in held.close(effects) { try write.putBack(effect, of: held, endings: &endings) }
            try write.store(held)
        }
    }
}

extension HeldLease {
    /// Reads id, worker, open, cancel and alone from the first five columns.
    init(_ row: Row) {
        self.init(
            id: LeaseID(rawValue: row[0]), worker: WorkerID(rawValue: row[1]), open: OpenList.effects(row[2]),
            cancel: Set(OpenList.effects(row[3])), alone: row[4])
    }
}

extension Write {
    func lease(_ id: LeaseID) throws -> HeldLease? {
        try row("SELECT id, worker, open, cancel, alone FROM {leases} WHERE id = ?", [id.rawValue]).map {
            HeldLease($0)
        }
    }

    /// Writes back what is still open; a lease in which nothing is goes.
    func store(_ lease: HeldLease) throws {
        if lease.open.isEmpty {
            try execute("DELETE FROM {leases} WHERE id = ?", [lease.id.rawValue])
        } else {
            try execute(
                "UPDATE {leases} SET open = ? WHERE id = ?", [OpenList.text(lease.open), lease.id.rawValue])
        }
    }

    /// The number of the run that an effect in a lease is in.
    func nextRun(_ effect: EffectID) throws -> Int {
        try value("SELECT coalesce(max(run), 0) + 1 FROM {attempts} WHERE effect = ?", [effect.rawValue]) ?? 1
    }
}

/// The settling of one batch of runs.
private struct Settling {
    let storeID: String
    var report = SettlementReport()
    private var endings = Endings()
    private var accounts: [Account: Int64] = [:]
    private var kinds: [EffectKind: Int64] = [:]

    init(storeID: String) { self.storeID = storeID }

    mutating func settle(_ runs: [SettledRun], of id: LeaseID, _ write: inout Write) throws {
        guard var lease = try write.lease(id) else { return try markStale(runs, &write) }
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
        var events = run.events
        var requests = run.requests
        if let work = run.work {
            guard let result = try perform(work, run, write) else { return false }
            transition = Transition(to: .ended(.completed, output: result.output))
            events = result.events
            requests = result.requests
        }
        if lease.cancel.contains(run.effect.rawValue), !transition.isEnd {
            transition = transition.heedingCancellation
            (events, requests) = ([], [])
        }
        var placed = Placed(
            effect: run.effect, account: try account(run.account, write), kind: try kind(run.kind, write), run: run.run)
        placed.lease = run.lease
        placed.startedAt = run.startedAt
        placed.alone = lease.alone
        try write.put(placed, transition, endings: &endings)
        if !events.isEmpty { _ = try write.record(events) }
        if !requests.isEmpty { _ = try write.request(requests) }
        return true
    }

    /// Runs a handler's own writes in a savepoint. Nil if they threw: they are undone then.
    private mutating func perform(
        _ work: TransactionWork, _ run: SettledRun, _ write: Write
    ) throws -> TransactionResult? {
        guard work.storeID == storeID else {
            throw StoreError(.constraint("transaction"), operation: "settle", detail: "work for another store")
        }
        try write.execute("SAVEPOINT work")
        do {
            let result = try work.perform(write.db)
            try write.execute("RELEASE work")
            return result
        } catch {
            guard write.db.isInsideTransaction else { throw error }
            try write.db.execute(sql: "ROLLBACK TO work")
            try write.db.execute(sql: "RELEASE work")
            report.failedWork[run.effect] = error
            return nil
        }
    }

    private mutating func markStale(_ runs: [SettledRun], _ write: inout Write) throws {
        for run in runs {
            report.stale.append(run.effect)
            write.count(.stale, account: try account(run.account, write), kind: try kind(run.kind, write))
        }
    }

    private mutating func account(_ account: Account, _ write: Write) throws -> Int64 {
        if let id = accounts[account] { return id }
        let id = try write.accountID(account)
        accounts[account] = id
        return id
    }

    private mutating func kind(_ kind: EffectKind, _ write: Write) throws -> Int64 {
        if let id = kinds[kind] { return id }
        let id = try write.kindID(kind)
        kinds[kind] = id
        return id
    }
}
