/// Where an effect is in its life. See `Documentation/Lifecycle.md`.
public enum EffectState: Sendable, Hashable {
    /// Waits for approval.
    case held
    /// Can be claimed; `run` is the number its next run will have.
    case ready(run: Int)
    /// Waits for its time.
    case scheduled(run: Int, due: Timestamp)
    /// A worker has it.
    case running(run: Int, lease: LeaseID)
    /// Somebody outside has it, and completes it with the token of that run.
    case deferred(run: Int, lease: LeaseID, deadline: Timestamp)
    /// Its worker died during a run that must not be repeated blindly.
    case uncertain(run: Int)
    case ended(Outcome)

    /// The word that the ledger and the API show.
    public var name: String {
        switch self {
        case .held: "held"
        case .ready: "ready"
        case .scheduled: "scheduled"
        case .running: "running"
        case .deferred: "deferred"
        case .uncertain: "uncertain"
        case .ended(let outcome): outcome.kind.rawValue
        }
    }

    /// Runs that have begun so far.
    public var runs: Int {
        switch self {
        case .held: 0
        case .ready(let run), .scheduled(let run, _): run - 1
        case .running(let run, _), .deferred(let run, _, _), .uncertain(let run): run
        case .ended(let outcome): outcome.run
        }
    }
}
