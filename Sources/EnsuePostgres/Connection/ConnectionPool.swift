internal import Ensue
internal import Logging
internal import Synchronization

/// Connections to one server, opened when they are needed and handed from one use to the next.
final class ConnectionPool: Sendable {
    private typealias Waiter = PoolState<PostgresConnection>.Waiter
    private typealias Action = PoolState<PostgresConnection>.Action

    private struct Shared {
        var pool: PoolState<PostgresConnection>
        var waiting: [Waiter: CheckedContinuation<PostgresConnection, any Error>] = [:]
        var closing: [CheckedContinuation<Void, Never>] = []
        var isFinished = false

        /// What is left of an action to be done without the lock.
        mutating func step(_ action: Action) -> Step {
            switch action {
            case .hand(let connection, let waiter):
                return .resume(waiting.removeValue(forKey: waiter), .success(connection))
            case .fail(let waiter, let error): return .resume(waiting.removeValue(forKey: waiter), .failure(error))
            case .open(let delay): return .open(after: delay)
            case .close(let connection): return .letGo(connection)
            case .finished:
                isFinished = true
                defer { closing = [] }
                return .finish(closing)
            }
        }
    }

    private enum Step {
        case resume(CheckedContinuation<PostgresConnection, any Error>?, Result<PostgresConnection, any Error>)
        case open(after: Duration)
        /// Nobody else has it: with the last reference goes the connection.
        case letGo(PostgresConnection)
        case finish([CheckedContinuation<Void, Never>])
    }

    /// The first that is found closed takes the other idle ones along; the next is new.
    private static let triesForAnOpenOne = 3

    private let options: ConnectionOptions
    private let acquireTimeout: Duration
    private let clock: any EngineClock
    private let randomness: any Randomness
    private let logger: Logger
    private let shared: Mutex<Shared>
    private let deadlines = ConnectionThread()
    private let failing = Atomic(false)

    init(
        _ options: ConnectionOptions, acquireTimeout: Duration = .seconds(5), clock: any EngineClock = SystemClock(),
        randomness: any Randomness = SystemRandomness(), logger: Logger = Logger(label: "ensue")
    ) {
        self.options = options
        self.acquireTimeout = acquireTimeout
        self.clock = clock
        self.randomness = randomness
        self.logger = logger
        var limits = PoolState<PostgresConnection>.Options()
        limits.limit = options.maxConnections
        shared = Mutex(Shared(pool: PoolState(limits)))
    }

    /// Runs `body` on a connection's own thread, at once or when one is free.
    ///
    /// A transaction that `body` leaves open is rolled back. Throws what `body` throws, or a `PostgresError` if no
    /// connection can be had within the time allowed: the last failure to connect if there was one. Cancelling the task
    /// interrupts neither `body` nor the wait, which is short: results have to be written by a cancelled worker as well.
    func withConnection<Value: Sendable>(
        _ body: @escaping @Sendable (isolated PostgresConnection) throws -> Value
    ) async throws -> Value {
        for _ in 0..<Self.triesForAnOpenOne {
            let connection = try await acquire()
            let use = await connection.use(body)
            perform { $0.release(connection, isReusable: use.isReusable, at: $1) }
            // Without a result it was found closed before anything was sent.
            if let result = use.result { return try result.get() }
        }
        throw PostgresError(.connection, "the server closes connections as soon as they are made")
    }

    /// Fails those who wait, and returns when all connections that were in use have come back and are closed.
    func close() async {
        perform { pool, _ in pool.close() }
        await withCheckedContinuation { continuation in
            let isFinished = shared.withLock { shared in
                if !shared.isFinished { shared.closing.append(continuation) }
                return shared.isFinished
            }
            if isFinished { continuation.resume() }
        }
    }

    // MARK: Waiting

    private func acquire() async throws -> PostgresConnection {
        if let idle = shared.withLock({ $0.pool.takeIdle() }) { return idle }
        let waiter = shared.withLock { $0.pool.nextWaiter() }
        return try await withCheckedThrowingContinuation { continuation in
            shared.withLock { $0.waiting[waiter] = continuation }
            perform { $0.acquire(waiter, at: $1) }
            deadlines.run(after: acquireTimeout) { [weak self] in self?.perform { pool, _ in pool.expire(waiter) } }
        }
    }

    // MARK: Doing

    /// Changes the state and does what follows from it.
    private func perform(_ change: (inout PoolState<PostgresConnection>, _ now: Duration) -> [Action]) {
        let now = clock.uptime()
        let steps = shared.withLock { shared in change(&shared.pool, now).map { shared.step($0) } }
        for step in steps {
            switch step {
            case .resume(let continuation, let result): continuation?.resume(with: result)
            case .open(let delay): open(after: delay)
            case .finish(let closing): for continuation in closing { continuation.resume() }
            case .letGo: break
            }
        }
    }

    private func open(after delay: Duration) {
        PostgresConnection.open(options, after: delay, logger: logger) { [self] result in
            switch result {
            case .success(let connection):
                failing.store(false, ordering: .relaxed)
                perform { $0.opened(connection, at: $1) }
            case .failure(let error):
                let error = error as? PostgresError ?? PostgresError(.connection, "\(error)")
                // Said once, and not again until a connection has been made.
                let isNews = !failing.exchange(true, ordering: .relaxed)
                logger.log(
                    level: isNews ? .warning : .debug, "cannot connect, will try again",
                    metadata: ["server": "\(options.displayName)", "error": "\(error)"])
                perform { $0.openingFailed(error, at: $1, random: randomness.fraction()) }
            }
        }
    }
}
