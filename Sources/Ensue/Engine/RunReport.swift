/// Called from the worker's tasks, one call a run: must not block.
public typealias RunObserver = @Sendable (RunReport) -> Void

/// What became of one run and what follows from it, as the engine decided when the run was over.
///
/// For watching, not for acting: it is made just before the result is stored. A result that comes too late is reported
/// and then ignored, and writes of a handler's own that commit with the settling have yet to be made.
public struct RunReport: Sendable {
    public let effect: EffectID
    public let account: Account
    public let kind: EffectKind
    /// Which run of the effect it was, from 1.
    public let run: Int
    public let startedAt: Timestamp?
    /// How long the run took.
    public let length: Duration
    /// Where the effect goes from here.
    public let transition: Transition

    init(_ run: SettledRun, took length: Duration) {
        effect = run.effect
        account = run.account
        kind = run.kind
        self.run = run.run
        startedAt = run.startedAt
        self.length = length
        transition = run.transition
    }
}
