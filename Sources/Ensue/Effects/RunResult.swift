/// What became of one run, before the policy has decided what follows from it.
public enum RunResult: Sendable, Hashable {
    case completed(output: JSONText?)
    /// Any error but a rejection; `delay` is what the peer asked for.
    case failed(error: String, delay: Duration?)
    case rejected(reason: String)
    case deferred(within: Duration)
    case snoozed(for: Duration)
    case timedOut(after: Duration)
    /// Its task was cancelled because the effect was, and it did not finish all the same.
    case cancelled
    /// Its task was cancelled because the worker stops.
    case interrupted
}

extension Transition {
    /// What follows from the result of a run.
    ///
    /// `history` is what came before this run; `random` is uniform in 0 ..< 1, and asked for only where it matters.
    package static func settling(
        _ result: RunResult, policy: HandlerPolicy, history: EffectHistory, random: @autoclosure () -> Double
    ) -> Transition {
        switch result {
        case .completed(let output): Transition(to: .ended(.completed, output: output))
        case .rejected(let reason): Transition(to: .ended(.failed, error: reason))
        case .cancelled: Transition(to: .ended(.cancelled, error: "cancelled while it was running"))
        case .deferred(let span): Transition(to: .deferred(within: span))
        case .snoozed(let span): Transition(to: .later(span), attempted: Attempted(.snoozed))
        case .failed(let error, let delay):
            failing(error, delay: delay, policy: policy, history: history, random: random())
        case .timedOut(let span):
            failing("the run took longer than \(span)", delay: nil, policy: policy, history: history, random: random())
        case .interrupted:
            Transition(
                to: policy.onWorkerLoss == .hold ? .uncertain : .ready,
                attempted: Attempted(.interrupted, error: "the worker stopped during the run"))
        }
    }

    private static func failing(
        _ error: String, delay: Duration?, policy: HandlerPolicy, history: EffectHistory, random: Double
    ) -> Transition {
        let spent = history.spent + 1
        guard spent < policy.attempts else { return Transition(to: .ended(.failed, error: error)) }
        let own = policy.backoff.delay(afterAttempt: spent, random: random)
        return Transition(to: .later(max(own, delay ?? .zero)), attempted: Attempted(.failed, error: error))
    }

    /// What follows from the death of the worker that had leased the effect; `alone` says whether without company.
    package static func losing(_ policy: WorkerLoss, history: EffectHistory, alone: Bool) -> Transition {
        let lost = Attempted(.lost, error: "the worker died")
        if policy == .hold { return Transition(to: .uncertain, attempted: lost) }
        let lossesAlone = history.lossesAlone + (alone ? 1 : 0)
        guard lossesAlone < Poison.failedAfterLossesAlone else {
            return Transition(
                to: .ended(.failed, error: "\(lossesAlone) workers died while they ran this effect and nothing else"))
        }
        return Transition(to: .ready, attempted: lost)
    }

    /// What follows when nobody completed a deferred effect in time: another run, or failure once attempts are spent.
    package static func expiring(_ policy: HandlerPolicy, history: EffectHistory) -> Transition {
        let error = "nobody completed the deferred run in time"
        guard history.spent + 1 < policy.attempts else { return Transition(to: .ended(.failed, error: error)) }
        return Transition(to: .ready, attempted: Attempted(.expired, error: error))
    }
}

extension Transition.Destination {
    static func later(_ span: Duration) -> Self { span > .zero ? .scheduled(after: span) : .ready }
}
