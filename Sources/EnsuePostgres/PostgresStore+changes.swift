public import Ensue

extension PostgresStore {
    public func changes() -> AsyncStream<StoreChanges> {
        let watch = Watch(self)
        hub.add(watch)
        return AsyncStream { await watch.next() }
    }

    public func pending(_ kinds: [EffectKind]) async throws -> StoreChanges {
        try await pending(kinds, thoroughly: false)
    }

    /// As ``pending(_:)``; `thoroughly` looks through the queues from their very beginning, whatever that costs.
    func pending(_ kinds: [EffectKind], thoroughly: Bool) async throws -> StoreChanges {
        let (claiming, mark, clock) = (claiming, unrouted, clock)
        return try await runner.perform("pending") { write in
            var found: StoreChanges = []
            if try write.isReady(kinds, thoroughly, state: claiming, clock: clock) { found.insert(.effects) }
            let start = thoroughly ? 0 : mark.start(at: clock.uptime())
            let begin = clock.uptime()
            let row = try write.row(HotStatement.pending, [.integer(start)])
            mark.scanned(from: start, cost: clock.uptime() - begin, upTo: nil, at: clock.uptime())
            guard let row else { return found }
            if row.bool(0) { found.insert(.events) }
            if row.bool(1) { found.insert(.endings) }
            if (!row.isNull(2) && row.bool(2)) || (!row.isNull(3) && row.bool(3)) { found.insert(.schedule) }
            return found
        }
    }

    /// Commits that these workers want to be notified. Returns the id of a transaction begun after that: only those
    /// with lower ids may have looked before. A snapshot's xmax would not do: it is the id behind the last transaction
    /// that has ended, and younger ones may be under way.
    func arm(_ workers: [WorkerID]) async throws -> Int64 {
        _ = try await runner.perform("arm") { write in
            try write.execute(
                "UPDATE {workers} SET asleep = true WHERE id = ANY($1)", [.integers(workers.map(\.rawValue))])
        }
        return try await runner.perform("arm") { write in
            try write.rows("SELECT pg_current_xact_id()::text::bigint")[0].int(0)
        }
    }

    func disarm(_ workers: [WorkerID]) async throws {
        _ = try await runner.perform("disarm") { write in
            try write.execute(
                "UPDATE {workers} SET asleep = false WHERE id = ANY($1) AND asleep",
                [.integers(workers.map(\.rawValue))])
        }
    }

    /// The oldest transaction that is under way.
    func oldestTransaction() async throws -> Int64 {
        try await runner.perform("look") { write in
            try write.rows("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")[0].int(0)
        }
    }
}

extension Write {
    /// Whether something of these kinds can be claimed.
    fileprivate func isReady(
        _ kinds: [EffectKind], _ thoroughly: Bool, state: ClaimState, clock: any EngineClock
    ) throws -> Bool {
        let ids = try knownKindIDs(kinds)
        guard !ids.isEmpty else { return false }
        let wanted = Set(ids.values)
        guard !thoroughly, let known = state.groups(of: wanted, at: clock.uptime()) else {
            return try !sweep(wanted.sorted(), state: state, clock: clock).isEmpty
        }
        let groups = Array(known)
        let row = try row(
            HotStatement.isReady,
            [
                .integers(groups.map(\.key.kind)), .integers(groups.map(\.key.account)),
                .integers(groups.map(\.key.priority)), .integers(groups.map(\.value)),
            ])
        return row?.bool(0) ?? false
    }
}
