public import Ensue

/// A run that a ``TestEngine`` has performed.
public struct PerformedRun: Sendable, Hashable {
    public let effect: EffectID
    public let kind: EffectKind
    /// Counted from 1.
    public let run: Int
    /// Where the run left its effect.
    public let state: EffectState
    /// Why the run failed, if it did.
    public let error: String?
}

/// What is requested is never done: the effects of a test go on and on.
public struct NeverQuiet: Error, Sendable, CustomStringConvertible {
    public let runs: Int
    /// The latest of the runs.
    public let last: PerformedRun

    public var description: String {
        "after \(runs) runs there is still work; the latest was run \(last.run) of effect \(last.effect) of kind "
            + "'\(last.kind)'"
    }
}

extension TestEngine {
    private static let batch = 1000

    /// Routes events, moves what is due, follows endings and performs effects, one after the other in the order of
    /// their requests, until nothing is left to do at this time.
    ///
    /// Listeners always run; other handlers do unless effects are captured. Runs are never stopped: policies' timeouts
    /// do not apply. What a run throws is settled by its policy, as in production. Throws ``NeverQuiet`` if after
    /// `limit` runs there is no end to it.
    ///
    /// - Returns: What was performed, in order.
    @discardableResult
    public func drain(limit: Int = 1000) async throws -> [PerformedRun] {
        var performed: [PerformedRun] = []
        while true {
            let moved = try await bringWork()
            let claimed = try await claim()
            for effect in claimed {
                if performed.count >= limit, let last = performed.last { throw NeverQuiet(runs: limit, last: last) }
                performed.append(try await perform(effect))
            }
            if moved == 0, claimed.isEmpty { return performed }
        }
    }

    private func bringWork() async throws -> Int {
        let events = try await log.route(limit: Self.batch).events
        let due = try await log.advance(limit: Self.batch).moved
        let endings = try await log.follow(limit: Self.batch)
        return events + due + endings
    }

    private func claim() async throws -> [ClaimedEffect] {
        guard !kinds.isEmpty else { return [] }
        return try await log.claim(
            Claim(
                worker: Self.worker, firstLease: LeaseID(rawValue: random.id()),
                quotas: kinds.map { Claim.Quota(kind: $0, limit: Self.batch) }, lease: Self.lease)
        ).sorted { $0.id < $1.id }
    }

    private func perform(_ claimed: ClaimedEffect) async throws -> PerformedRun {
        guard var run = await performer.perform(claimed) else {
            preconditionFailure("'\(claimed.kind)' was claimed without a handler")
        }
        let report = try await log.settle([run])
        if let error = report.failedWork[claimed.id], let failed = performer.settled(run, afterFailedWork: error) {
            run = failed
            _ = try await log.settle([failed])
        }
        guard let record = try await log.effect(claimed.id) else {
            preconditionFailure("effect \(claimed.id) is gone")
        }
        return PerformedRun(
            effect: claimed.id, kind: claimed.kind, run: claimed.run, state: record.state,
            error: run.transition.attempted?.error ?? record.outcome?.error)
    }
}
