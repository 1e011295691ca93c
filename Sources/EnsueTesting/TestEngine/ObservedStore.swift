internal import Ensue
internal import Synchronization

/// A store that remembers what has been recorded and requested through it.
final class ObservedStore: Store {
    private struct Key: Hashable {
        let account: Account
        let text: String
    }

    private struct Log {
        var requests: [EffectRequest] = []
        var events: [EventDraft] = []
        var requestKeys: Set<Key> = []
        var eventKeys: Set<Key> = []
        /// What handlers' own writes gave, until their run is settled.
        var results: [EffectID: TransactionResult] = [:]

        mutating func add(_ request: EffectRequest) {
            if let key = request.key, !requestKeys.insert(Key(account: request.account, text: key)).inserted { return }
            requests.append(request)
        }

        mutating func add(_ event: EventDraft) {
            if let key = event.key, !eventKeys.insert(Key(account: event.account, text: key)).inserted { return }
            events.append(event)
        }
    }

    let store: any Store
    private let log = Mutex(Log())
    /// Where the store lives; it goes with it.
    private let folder: TemporaryFolder

    init(_ store: any Store, in folder: TemporaryFolder) {
        self.store = store
        self.folder = folder
    }

    var requests: [EffectRequest] { log.withLock { $0.requests } }
    var events: [EventDraft] { log.withLock { $0.events } }

    func record(_ events: [EventDraft]) async throws -> [Receipt<EventID>] {
        let receipts = try await store.record(events)
        log.withLock { log in for event in events { log.add(event) } }
        return receipts
    }

    func request(_ effects: [EffectRequest]) async throws -> [Receipt<EffectID>] {
        let receipts = try await store.request(effects)
        log.withLock { log in for effect in effects { log.add(effect) } }
        return receipts
    }

    func settle(_ runs: [SettledRun]) async throws -> SettlementReport {
        let report = try await store.settle(runs.map(observing))
        log.withLock { log in
            for run in runs {
                let result = log.results.removeValue(forKey: run.effect)
                guard !report.stale.contains(run.effect), report.failedWork[run.effect] == nil else { continue }
                for event in result?.events ?? run.events { log.add(event) }
                for request in result?.requests ?? run.requests { log.add(request) }
            }
        }
        return report
    }

    /// The same run; the result of its own writes is kept until it is settled.
    private func observing(_ run: SettledRun) -> SettledRun {
        guard let work = run.work else { return run }
        let observed = TransactionWork(storeID: work.storeID) { transaction in
            let result = try work.perform(transaction)
            self.log.withLock { $0.results[run.effect] = result }
            return result
        }
        return SettledRun(of: run.claimed, startedAt: run.startedAt, transition: run.transition, work: observed)
    }
}
