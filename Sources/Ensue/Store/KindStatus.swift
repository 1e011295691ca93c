/// A kind of effect as a store knows it: who handles it, and what waits for a handler.
public struct KindStatus: Sendable, Hashable {
    public let kind: EffectKind
    /// The names of the living workers that registered it, sorted.
    public let workers: [String]
    /// When a worker registered it last, or gave a sign of life having done so; nil if none ever has.
    public let seenAt: Timestamp?
    /// Whether a worker registered it within the last seven days.
    public let isKnown: Bool
    /// Effects of the account that are ready; counted up to ``countLimit`` and one.
    public let ready: Int
    /// When the one of them was requested that has been there longest, as far as its id tells.
    public let oldestReadyAt: Timestamp?

    /// Counting stops above it: a look must not get slower with a backlog.
    public static let countLimit = 10_000

    package init(
        kind: EffectKind, workers: [String], seenAt: Timestamp?, isKnown: Bool, ready: Int, oldestReadyAt: Timestamp?
    ) {
        self.kind = kind
        self.workers = workers
        self.seenAt = seenAt
        self.isKnown = isKnown
        self.ready = ready
        self.oldestReadyAt = oldestReadyAt
    }
}
