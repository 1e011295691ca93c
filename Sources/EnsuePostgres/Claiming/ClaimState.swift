internal import Ensue
internal import Synchronization

/// What this process remembers from one claim to the next: whose turn it is, and up to where groups have been taken.
final class ClaimState: Sendable {
    private struct State {
        var turns: [Int64: Int64] = [:]
        var positions: [ReadyGroup: Int64] = [:]
        var sweeps: [Set<Int64>: Sweeps] = [:]
    }

    private static let groupLimit = 10_000
    private let state = Mutex(State())

    var turns: [Int64: Int64] { state.withLock { $0.turns } }

    func served(_ accounts: [Int64: Int64]) {
        state.withLock { $0.turns.merge(accounts) { $1 } }
    }

    /// The groups that are known without looking, with the positions behind which to look; nil if it is time to look
    /// through the whole queue.
    func groups(of kinds: Set<Int64>, at now: Duration) -> [ReadyGroup: Int64]? {
        state.withLock { state in
            guard let sweeps = state.sweeps[kinds], !sweeps.isDue(at: now) else { return nil }
            return state.positions.filter { kinds.contains($0.key.kind) }
        }
    }

    /// Takes in what a look through the whole queue found: groups with the least effect of each.
    func swept(_ kinds: Set<Int64>, found: [ReadyGroup: Int64], cost: Duration, at now: Duration) {
        state.withLock { state in
            if state.sweeps.count > 1000 { state.sweeps = [:] }
            state.sweeps[kinds, default: Sweeps()].done(cost: cost, at: now)
            if state.positions.count + found.count > Self.groupLimit { state.positions = [:] }
            state.positions.merge(found) { $1 }
        }
    }

    func taken(upTo positions: [ReadyGroup: Int64]) {
        state.withLock { state in
            for (group, last) in positions { state.positions[group] = last + 1 }
        }
    }
}
