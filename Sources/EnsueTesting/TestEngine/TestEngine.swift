public import Ensue
internal import EnsueSQLite
internal import Foundation
internal import Logging

/// An engine for tests: on a store of its own in a temporary file, with a clock that stands still, and without any
/// background task. What has been recorded and requested is handled by ``drain()``, in the calling task.
///
/// ```swift
/// let engine = try await TestEngine(handlers)
/// try await engine.record(PollCompleted(phone: "+4670…", score: 9))
/// try await engine.drain()
/// #expect(try engine.requested(SendSMS.self).map(\.to) == ["+4670…"])
/// ```
///
/// Nothing is shared between two test engines: each has its own copy of the handlers, its own store and its own time.
public final class TestEngine: Sendable {
    /// What becomes of effects that are not a listener's.
    public enum Effects: Sendable {
        /// They are kept and wait; no handler runs, so that nothing happens in the world.
        case captured
        /// Their handlers run.
        case performed
    }

    /// The engine itself, for code under test that takes one. It is not running.
    public let engine: Engine
    public let clock: ManualClock
    let log: ObservedStore
    let performer: Performer
    let random: any Randomness
    let kinds: [EffectKind]
    static let worker = WorkerID(rawValue: 1)
    static let lease = Duration.seconds(365 * 86_400)

    /// Throws ``HandlerConflicts`` if the handlers contradict each other, or the error of making a temporary file.
    ///
    /// - Parameter seed: of all random numbers, such as those for jitter.
    public init(
        _ handlers: Handlers, effects: Effects = .captured, clock: ManualClock = ManualClock(), seed: UInt64 = 1
    ) async throws {
        let logger = Logger(label: "ensue.test")
        let folder = try TemporaryFolder(logger: logger)
        self.clock = clock
        random = SeededRandomness(seed: seed)
        log = ObservedStore(try SQLiteStore(path: folder.path("ensue.db"), clock: clock), in: folder)
        engine = try Engine(store: log, handlers: handlers, logger: logger, clock: clock, random: random)
        performer = Performer(
            handlers: handlers.registered,
            environment: RunEnvironment(store: log, clock: clock, logger: logger, handlers: handlers), random: random)
        kinds = handlers.registered.keys.filter { effects == .performed || $0.isListener }.sorted()
        try await log.join(
            WorkerRegistration(
                id: Self.worker, name: "test", kinds: handlers.registered.mapValues(\.policy), rules: handlers.rules,
                lease: Self.lease))
    }

    public var store: any Store { log }

    /// Records a declared event, as ``Engine`` does.
    @discardableResult
    public func record(
        _ event: some Event, account: Account = .default, source: SourceName? = nil, key: String? = nil,
        tags: [String] = [], time: Timestamp? = nil
    ) async throws -> Receipt<EventID> {
        try await engine.record(event, account: account, source: source, key: key, tags: tags, time: time)
    }

    /// Records events that need not be declared, as ``Engine`` does.
    @discardableResult
    public func record(_ drafts: EventDraft...) async throws -> [Receipt<EventID>] {
        try await engine.record(drafts)
    }

    /// Requests a declared effect, as ``Engine`` does.
    @discardableResult
    public func request(
        _ effect: some Effect, account: Account = .default, key: String? = nil, priority: Priority = .normal,
        due: Timestamp? = nil, needsApproval: Bool = false
    ) async throws -> EffectID {
        try await engine.request(
            effect, account: account, key: key, priority: priority, due: due, needsApproval: needsApproval
        ).id
    }

    /// Requests effects that need not be declared, as ``Engine`` does.
    @discardableResult
    public func request(_ requests: EffectRequest...) async throws -> [EffectID] {
        try await engine.request(requests).map(\.id)
    }

    /// Lets time pass, and then does what has become due.
    @discardableResult
    public func advance(by span: Duration) async throws -> [PerformedRun] {
        clock.advance(by: span)
        return try await drain()
    }
}
