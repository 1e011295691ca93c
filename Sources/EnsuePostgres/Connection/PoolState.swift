internal import DequeModule

/// What a pool of connections knows and decides; what is to be done about it is what its methods return.
///
/// Whoever asks gets the connection that was used last, and otherwise waits in the order of asking while connections
/// are opened, up to the limit. When one cannot be opened, one attempt at a time is made, each after a longer wait.
/// When one is lost, those that are idle are suspected of the same fate and closed before anyone gets them.
struct PoolState<Connection> {
    struct Waiter: Hashable {
        let number: Int
    }

    enum Action {
        case hand(Connection, to: Waiter)
        case fail(Waiter, PostgresError)
        case open(after: Duration)
        case close(Connection)
        /// The pool is closed and nothing is lent any more.
        case finished
    }

    struct Options {
        var limit = 4
        var firstDelay = Duration.milliseconds(50)
        var longestDelay = Duration.seconds(2)
        /// An idle connection is closed after this, unless it is the only one.
        var idleSpan = Duration.seconds(60)
    }

    private let options: Options
    /// The one used last is last.
    private var idle: Deque<(connection: Connection, since: Duration)> = []
    private var lent = 0
    private var opening = 0
    private var waiters: Deque<Waiter> = []
    private var lastNumber = 0
    private var failures = 0
    /// No attempt to connect before this time.
    private var notBefore = Duration.zero
    private(set) var lastFailure: PostgresError?
    private var isClosed = false

    init(_ options: Options = Options()) { self.options = options }

    /// How many connections there are or soon will be.
    var count: Int { idle.count + lent + opening }

    // MARK: Asking

    /// The idle connection that was used last. Nobody waits while there is one, so that nobody is overtaken.
    mutating func takeIdle() -> Connection? {
        guard let (connection, _) = idle.popLast() else { return nil }
        lent += 1
        return connection
    }

    mutating func nextWaiter() -> Waiter {
        lastNumber += 1
        return Waiter(number: lastNumber)
    }

    mutating func acquire(_ waiter: Waiter, at now: Duration) -> [Action] {
        guard !isClosed else { return [.fail(waiter, .poolClosed)] }
        waiters.append(waiter)
        return prune(at: now) + serve(at: now)
    }

    /// It has waited for too long.
    mutating func expire(_ waiter: Waiter) -> [Action] {
        guard let index = waiters.firstIndex(of: waiter) else { return [] }
        waiters.remove(at: index)
        return [.fail(waiter, lastFailure ?? .exhausted(options.limit))]
    }

    // MARK: Connections

    mutating func opened(_ connection: Connection, at now: Duration) -> [Action] {
        opening -= 1
        failures = 0
        lastFailure = nil
        return isClosed ? [.close(connection)] : keep(connection, at: now)
    }

    /// `random` is uniform in 0 ..< 1 and varies the wait by a fifth up and down.
    mutating func openingFailed(_ error: PostgresError, at now: Duration, random: Double) -> [Action] {
        opening -= 1
        failures += 1
        lastFailure = error
        let doubled = options.firstDelay * Double(1 << min(failures - 1, 20))
        notBefore = now + min(doubled, options.longestDelay) * (0.8 + 0.4 * random)
        return serve(at: now)
    }

    /// Takes back what was handed out. One that is not reusable casts suspicion on those that are idle.
    mutating func release(_ connection: Connection, isReusable: Bool, at now: Duration) -> [Action] {
        lent -= 1
        guard !isClosed else { return [.close(connection)] + finish() }
        if isReusable { return keep(connection, at: now) }
        return [.close(connection)] + closeIdle() + serve(at: now)
    }

    /// Closes what is idle now, and the rest when it comes back or has been opened.
    mutating func close() -> [Action] {
        guard !isClosed else { return [] }
        isClosed = true
        defer { waiters.removeAll() }
        return waiters.map { .fail($0, .poolClosed) } + closeIdle() + finish()
    }

    // MARK: Deciding

    private mutating func keep(_ connection: Connection, at now: Duration) -> [Action] {
        idle.append((connection, since: now))
        return serve(at: now) + prune(at: now)
    }

    private mutating func serve(at now: Duration) -> [Action] {
        var actions: [Action] = []
        while !waiters.isEmpty, let connection = takeIdle() {
            actions.append(.hand(connection, to: waiters.removeFirst()))
        }
        let attempts = failures == 0 ? waiters.count : min(waiters.count, 1)
        while opening < attempts, count < options.limit {
            opening += 1
            actions.append(.open(after: failures == 0 ? .zero : max(notBefore - now, .zero)))
        }
        return actions
    }

    private mutating func prune(at now: Duration) -> [Action] {
        var actions: [Action] = []
        while idle.count > 1, let first = idle.first, now - first.since >= options.idleSpan {
            actions.append(.close(first.connection))
            idle.removeFirst()
        }
        return actions
    }

    private mutating func closeIdle() -> [Action] {
        defer { idle.removeAll() }
        return idle.map { .close($0.connection) }
    }

    private func finish() -> [Action] { lent == 0 ? [.finished] : [] }
}

extension PostgresError {
    static let poolClosed = PostgresError(.connection, "the connections to the server have been closed")

    static func exhausted(_ limit: Int) -> PostgresError {
        PostgresError(.timeout, "all connections to the server, at most \(limit), were in use for too long")
    }
}
