/// When a worker looks for work by itself, and when it lets others wake it. Pure state; the shell looks, arms and sleeps.
///
/// Nobody is notified while a worker is awake: NOTIFY makes commits wait for each other. A wake-up cannot get lost
/// between the last look and sleep: once the worker's wish to be notified is committed, it goes on looking until every
/// transaction that may not have seen that wish is over, and then looks once more.
struct Waking: Sendable {
    /// What is to be done now.
    enum Step: Sendable, Equatable {
        /// Wait so long, then look for work.
        case look(after: Duration)
        /// Commit the wish to be notified, and draw a transaction's id after that.
        case arm
        /// Wait so long, then read the snapshot's xmin, and after that look for work, from the queues' very beginning.
        case confirm(after: Duration)
        /// Sleep until notified, with a look after so long at the latest.
        case sleep(atMost: Duration)
    }

    private enum Phase: Equatable {
        case dozing(since: Duration, looks: Int)
        case arming
        /// Armed at `since`; transactions below `horizon` may not have seen it.
        case confirming(horizon: Int64, since: Duration)
        /// `isSure` if nobody can have failed to see the wish.
        case asleep(isSure: Bool)
    }

    /// Without work for so long, a worker goes to sleep.
    static let patience = Duration.milliseconds(250)
    static let confirmInterval = Duration.milliseconds(50)
    /// So long at most a worker waits for the transactions of others before it sleeps.
    static let confirmLimit = Duration.seconds(5)
    /// How often a sleeper looks whom somebody may not notify.
    static let poll = Duration.seconds(1)
    /// How often a sleeper looks that has a listener: only against what is not foreseen, since engines look by
    /// themselves now and then.
    static let listenedPoll = Duration.seconds(60)

    private var phase: Phase
    /// Whether the wish to be notified is committed.
    private(set) var isArmed = false
    /// Whether notifications can come; if not, sleep is a slower doze.
    var hasListener = true

    init(at now: Duration) { phase = .dozing(since: now, looks: 0) }

    func next(at now: Duration) -> Step {
        switch phase {
        case .dozing(let since, let looks):
            now - since >= Self.patience ? .arm : .look(after: .milliseconds(1 << min(looks, 2)))
        case .arming: .arm
        case .confirming: .confirm(after: Self.confirmInterval)
        case .asleep(let isSure): .sleep(atMost: hasListener && isSure ? Self.listenedPoll : Self.poll)
        }
    }

    /// There was work, found or reported.
    mutating func worked(at now: Duration) { phase = .dozing(since: now, looks: 0) }

    /// A look while dozing found nothing.
    mutating func lookedInVain() {
        if case .dozing(let since, let looks) = phase { phase = .dozing(since: since, looks: looks + 1) }
    }

    /// The wish is committed; `horizon` was read after that.
    mutating func armed(horizon: Int64, at now: Duration) {
        isArmed = true
        phase = .confirming(horizon: horizon, since: now)
    }

    /// There is nothing to arm, or it failed: sleep is only a pause.
    mutating func cannotArm() { phase = .asleep(isSure: false) }

    mutating func disarmed() { isArmed = false }

    /// A look found nothing, for which `oldest` was read before as the oldest running transaction.
    mutating func confirmedInVain(oldest: Int64, at now: Duration) {
        guard case .confirming(let horizon, let since) = phase else { return }
        let isSure = oldest >= horizon
        if isSure || now - since >= Self.confirmLimit { phase = .asleep(isSure: isSure) }
    }
}
