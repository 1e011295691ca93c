internal import Ensue
internal import Testing

/// The states in which an effect can be, and the shortest way to each.
enum Situation: String, Sendable, CaseIterable {
    case held, ready, scheduled, running, deferred, uncertain, completed, failed, cancelled
    /// Waits for its second run.
    case retrying
}

extension Bench {
    /// Requests an effect and brings it into `situation`. No other effect of the kind may be ready.
    func effect(in situation: Situation) async throws -> EffectID {
        switch situation {
        case .held: return try await request(needsApproval: true)
        case .ready: return try await request()
        case .scheduled: return try await request(dueIn: .seconds(3600))
        case .running: return try await run { _ in }
        case .deferred: return try await run { try await self.settle($0, to: .deferred(within: .seconds(3600))) }
        case .uncertain: return try await run { try await self.settle($0, to: .uncertain, attempted: .init(.lost)) }
        case .completed: return try await run { try await self.settle($0) }
        case .failed: return try await run { try await self.settle($0, to: .ended(.failed, error: "broken")) }
        case .cancelled: return try await run { try await self.settle($0, to: .ended(.cancelled)) }
        case .retrying:
            return try await run { try await self.settle($0, .failed(error: "broken", delay: .seconds(3600))) }
        }
    }

    private func run(_ ending: (ClaimedEffect) async throws -> Void) async throws -> EffectID {
        let id = try await request()
        let claimed = try await claimOne()
        try #require(claimed.id == id)
        try await ending(claimed)
        return id
    }
}
