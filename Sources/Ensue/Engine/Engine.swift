public import Logging
public import ServiceLifecycle

/// Records events and requests effects; while it runs, also routes the ones and handles the others.
///
/// `record` and `request` work without ``run()``, in any number of processes on one store. Run it as a service in a
/// `ServiceGroup` beside the server:
///
/// ```swift
/// let engine = try Engine(store: SQLiteStore(path: "ensue.db"), handlers: handlers)
/// try await ServiceGroup(services: [engine], gracefulShutdownSignals: [.sigterm], logger: logger).run()
/// ```
public final class Engine: Service, Sendable {
    public let store: any Store
    public let handlers: Handlers
    public let options: EngineOptions
    let environment: RunEnvironment
    package var clock: any EngineClock { environment.clock }
    let performer: Performer
    let random: any Randomness
    let waiters = OutcomeWaiters()
    let known = KnownKinds()

    /// Throws ``HandlerConflicts``, which lists everything that is wrong with `handlers`.
    public init(
        store: any Store, handlers: Handlers, options: EngineOptions = EngineOptions(),
        logger: Logger = Logger(label: "ensue"), clock: any EngineClock = SystemClock(),
        random: any Randomness = SystemRandomness()
    ) throws(HandlerConflicts) {
        let conflicts = handlers.conflicts + handlers.foreignTransactions(than: store.identity.id)
        guard conflicts.isEmpty else { throw HandlerConflicts(conflicts: conflicts) }
        self.store = store
        self.handlers = handlers
        self.options = options.sound
        self.random = random
        environment = RunEnvironment(store: store, clock: clock, logger: logger, handlers: handlers)
        performer = Performer(handlers: handlers.registered, environment: environment, random: random)
    }

    /// Works until a graceful shutdown begins or the task is cancelled.
    ///
    /// On a graceful shutdown nothing more is claimed, what was claimed and not started is given back, what runs may
    /// go on for the grace period, and every result is written before this returns.
    public func run() async throws {
        let worker = WorkerID(rawValue: random.id())
        try await Workshop(engine: self, worker: worker).run()
    }
}

extension Handlers {
    /// Handlers that commit in a store which is not the engine's.
    func foreignTransactions(than storeID: String) -> [String] {
        registered.values.compactMap { handler in
            guard case .inTransaction(let foreign, _) = handler.body, foreign != storeID else { return nil }
            return "the handler of '\(handler.kind)' commits in another store than the engine's"
        }
    }
}
