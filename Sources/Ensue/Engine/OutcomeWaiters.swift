internal import Synchronization

/// Wakes those who wait for the outcomes of effects.
final class OutcomeWaiters: Sendable {
    private let waiting = Mutex<[EffectID: [Signal]]>([:])

    func add(_ signal: Signal, for effect: EffectID) {
        waiting.withLock { $0[effect, default: []].append(signal) }
    }

    func remove(_ signal: Signal, for effect: EffectID) {
        waiting.withLock { waiting in
            waiting[effect]?.removeAll { $0 === signal }
            if waiting[effect]?.isEmpty == true { waiting[effect] = nil }
        }
    }

    func wake(_ effects: some Sequence<EffectID>) {
        let signals = waiting.withLock { waiting in
            waiting.isEmpty ? [] : effects.flatMap { waiting[$0] ?? [] }
        }
        for signal in signals { signal.notify() }
    }
}
