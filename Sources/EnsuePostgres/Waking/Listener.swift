internal import Ensue
internal import Logging
internal import Synchronization

/// A direct connection of its own on which notifications come. Everything is correct without it, only slower.
final class Listener: Sendable {
    private struct State {
        var connection: PostgresConnection?
    }

    /// Nil where there is no direct way to the server.
    private let options: ConnectionOptions?
    private let names: Names
    private let logger: Logger
    private let state = Mutex(State())

    init(_ options: ConnectionOptions?, names: Names, logger: Logger) {
        self.options = options
        self.names = names
        self.logger = logger
    }

    /// Whether notifications will come from now on. Connects if need be.
    func open() async -> Bool {
        guard let options else { return false }
        if state.withLock({ $0.connection }) != nil { return true }
        do {
            let connection = try await PostgresConnection.open(options, logger: logger)
            guard !connection.isPooled else {
                await connection.close()
                return false
            }
            try await connection.listen(to: names.channel)
            state.withLock { $0.connection = connection }
            return true
        } catch {
            logger.debug("cannot listen for notifications", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// The payloads of notifications that have come or come within `span`; none if woken before, nil if the
    /// connection is gone.
    func heard(within span: Duration) async -> [String]? {
        guard let connection = state.withLock({ $0.connection }) else { return nil }
        do {
            return try await withTaskCancellationHandler {
                try await connection.notifications(within: span).map(\.payload)
            } onCancel: {
                connection.wake()
            }
        } catch {
            logger.debug("the listener is gone", metadata: ["error": "\(error)"])
            state.withLock { $0.connection = nil }
            return nil
        }
    }

    func wake() { state.withLock { $0.connection }?.wake() }

    func close() async {
        let connection = state.withLock { state in
            defer { state.connection = nil }
            return state.connection
        }
        await connection?.close()
    }
}

extension PostgresConnection {
    fileprivate func listen(to channel: String) throws { try session.script("LISTEN \(Names.quoted(channel))") }
    fileprivate func notifications(within span: Duration) throws -> [(channel: String, payload: String)] {
        try session.notifications(within: span)
    }
}
