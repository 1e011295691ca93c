/// When a wait for the network ends. By the machine's clock, since it is the kernel that waits.
struct Deadline {
    private let end: ContinuousClock.Instant

    init(after span: Duration) { end = .now + span }

    /// As poll(2) takes it: rounded up, 0 when the time has come.
    func milliseconds(atMost limit: Int32 = .max) -> Int32 {
        let span = ContinuousClock.now.duration(to: end)
        guard span > .zero else { return 0 }
        let (seconds, attoseconds) = span.components
        guard seconds < Int64(limit / 1000) else { return limit }
        return min(limit, Int32(seconds) * 1000 + Int32(attoseconds / 1_000_000_000_000_000) + 1)
    }

    var hasPassed: Bool { ContinuousClock.now >= end }
}
