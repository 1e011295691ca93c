internal import CLibpq
internal import Ensue
internal import Logging

/// One session with a server, and the thread that it belongs to: what is done with it blocks that thread, never Swift's
/// cooperative pool. Cancelling a task does not interrupt a statement that runs.
actor PostgresConnection {
    private nonisolated let thread: ConnectionThread
    private nonisolated let wakeUp: WakeUp
    nonisolated let serverVersion: Int
    nonisolated let isPooled: Bool
    let session: Session

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Connects. Cancelling the task does not interrupt it; the options' `connect_timeout` does.
    static func open(
        _ options: ConnectionOptions, logger: Logger = Logger(label: "ensue")
    ) async throws -> PostgresConnection {
        try await withCheckedThrowingContinuation { continuation in
            open(options, after: .zero, logger: logger) { continuation.resume(with: $0) }
        }
    }

    /// Connects after `delay`, and calls `completion` on the connection's thread.
    static func open(
        _ options: ConnectionOptions, after delay: Duration, logger: Logger,
        completion: @escaping @Sendable (Result<PostgresConnection, any Error>) -> Void
    ) {
        let thread = ConnectionThread()
        thread.run(after: delay) {
            completion(Result { try PostgresConnection(options, thread: thread, logger: logger) })
        }
    }

    private init(_ options: ConnectionOptions, thread: ConnectionThread, logger: Logger) throws(PostgresError) {
        let wakeUp = try WakeUp()
        let session = try Session(options, wakeUp: wakeUp, logger: logger)
        self.thread = thread
        self.wakeUp = wakeUp
        serverVersion = session.serverVersion
        isPooled = session.isPooled
        self.session = session
    }

    /// Ends a wait for notifications: the one under way, or else the next one.
    nonisolated func wake() { wakeUp.signal() }

    func close() { session.close() }
}
