package import Ensue

/// Brings effects of a store into any state, without an engine: for tests of what is made of them.
package struct SeededEffects: Sendable {
    package let store: any Store
    private let worker = WorkerID(rawValue: 4711)

    package init(in store: any Store) { self.store = store }

    /// The kind of the effects that are brought into `state`.
    package static func kind(_ state: EffectQuery.State) -> EffectKind { EffectKind(wellFormed: "test.\(state)") }

    /// Registers the kinds, so that they are known and can be claimed. Leases last for an hour.
    package func join() async throws {
        let kinds = EffectQuery.State.allCases.map { (Self.kind($0), HandlerPolicy.standard) }
        try await store.join(
            WorkerRegistration(
                id: worker, name: "seeds", kinds: Dictionary(uniqueKeysWithValues: kinds), rules: [], lease: lease))
    }

    private let lease = Duration.seconds(3600)

    /// A new effect in `state`. `number` has to be another one each time.
    package func effect(
        _ state: EffectQuery.State, _ number: Int = 1, account: Account = .default
    ) async throws -> EffectID {
        var request = EffectRequest(
            account: account, kind: Self.kind(state), payload: .emptyObject, needsApproval: state == .held)
        if state == .scheduled { request.due = Timestamp(milliseconds: 4_000_000_000_000) }
        let id = try await store.request([request])[0].id
        guard let destination = destination(state) else { return id }
        let claimed = try await store.claim(
            Claim(
                worker: worker, firstLease: LeaseID(rawValue: Int64(number) * 1000 + Int64(stateNumber(state))),
                quotas: [.init(kind: request.kind, limit: 1)], lease: lease))
        guard state != .running else { return id }
        _ = try await store.settle(
            claimed.map {
                SettledRun(
                    of: $0, startedAt: Timestamp(milliseconds: 1_700_000_000_000),
                    transition: Transition(to: destination))
            })
        return id
    }

    private func stateNumber(_ state: EffectQuery.State) -> Int {
        EffectQuery.State.allCases.firstIndex(of: state) ?? 0
    }

    /// Nil for the states that need no run.
    private func destination(_ state: EffectQuery.State) -> Transition.Destination? {
        switch state {
        case .held, .ready, .scheduled: nil
        case .running, .completed: .ended(.completed, output: .emptyObject)
        case .deferred: .deferred(within: .seconds(3600))
        case .uncertain: .uncertain
        case .failed: .ended(.failed, error: "broken")
        case .cancelled: .ended(.cancelled, error: "cancelled")
        }
    }

    /// The token with which a deferred effect can be completed.
    package func token(of effect: EffectID) async throws -> String? {
        guard case .deferred(let run, let lease, _) = try await store.effect(effect)?.state else { return nil }
        return CompletionToken(effect: effect, run: run, lease: lease).signed(with: store.identity.secret)
    }
}
