/// What a person or another system may decide about an effect from outside a run.
public enum Command: Sendable, Hashable {
    case cancel(reason: String?)
    /// Runs a failed, cancelled or uncertain effect again, under the same id and idempotency key.
    case retry
    case approve
    case refuse(reason: String?)
    /// Says how an uncertain or deferred effect ended: it did happen, or it did not and shall not.
    case resolve(Resolution)
    /// The completion of a run by its token.
    case complete(run: Int, CompletionReport)

    public enum Resolution: Sendable, Hashable {
        case completed(output: JSONText?)
        case failed(error: String)
    }

    var verb: String {
        switch self {
        case .cancel: "cancel"
        case .retry: "retry"
        case .approve: "approve"
        case .refuse: "refuse"
        case .resolve: "complete"
        case .complete: "complete"
        }
    }
}

/// What whoever took over a deferred run reports of it.
public enum CompletionReport: Sendable, Hashable {
    case completed(output: JSONText?)
    /// `retry` leaves it to the kind's policy whether another run follows; otherwise the effect has failed.
    case failed(error: String, retry: Bool)
}

/// What a command leads to.
public enum Decision: Sendable, Hashable {
    case move(Transition)
    /// A running effect cannot be moved from outside: its worker is told to cancel the task.
    case signalCancellation
}

extension EffectState {
    /// The consequence of `command`, or the reason why this state does not allow it.
    ///
    /// `history` is what came before the present run; `random` is uniform in 0 ..< 1. What `needsApproval` and ended
    /// before anybody let it run is not run by retrying it.
    package func deciding(
        _ command: Command, policy: HandlerPolicy, history: EffectHistory, needsApproval: Bool = false, random: Double
    ) throws(Refusal) -> Decision {
        switch (command, self) {
        case (.retry, .ended(let outcome)) where needsApproval && outcome.run == 0:
            throw Refusal(
                "retry", in: self, because: "it has never run. Replay it: the replay waits for approval again")
        case (.cancel, .running): return .signalCancellation
        case (.cancel(let reason), .held), (.cancel(let reason), .ready), (.cancel(let reason), .scheduled),
            (.cancel(let reason), .deferred), (.cancel(let reason), .uncertain):
            return .move(Transition(to: .ended(.cancelled, error: reason ?? "cancelled")))
        case (.retry, .ended(let outcome)) where outcome.kind != .completed:
            return .move(Transition(to: .ready, attempted: .init(.retried, error: outcome.error)))
        case (.retry, .uncertain): return .move(Transition(to: .ready))
        case (.approve, .held): return .move(Transition(to: .ready))
        case (.refuse(let reason), .held):
            return .move(Transition(to: .ended(.cancelled, error: reason ?? "approval was refused")))
        case (.resolve(let resolution), .uncertain), (.resolve(let resolution), .deferred):
            return .move(Self.resolving(resolution))
        case (.complete(let run, let report), _):
            let result = try completing(run: run, report)
            return .move(.settling(result, policy: policy, history: history, random: random))
        default: throw Refusal(command.verb, in: self)
        }
    }

    private static func resolving(_ resolution: Command.Resolution) -> Transition {
        switch resolution {
        case .completed(let output): Transition(to: .ended(.completed, output: output))
        case .failed(let error): Transition(to: .ended(.failed, error: error))
        }
    }

    /// A token is good from the start of its run until the effect has ended. Once a newer run has begun (or is
    /// waiting to), only success still counts.
    private func completing(run: Int, _ report: CompletionReport) throws(Refusal) -> RunResult {
        let isCurrent: Bool
        switch self {
        case .held, .ended: throw Refusal("complete", in: self)
        case .running(let current, _), .deferred(let current, _, _), .uncertain(let current): isCurrent = current == run
        case .ready, .scheduled: isCurrent = false
        }
        switch report {
        case .completed(let output): return .completed(output: output)
        case .failed(let error, let retry):
            guard isCurrent else { throw Refusal("report the failure of an earlier run of", in: self) }
            return retry ? .failed(error: error, delay: nil) : .rejected(reason: error)
        }
    }
}
