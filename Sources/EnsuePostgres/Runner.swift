internal import Ensue
internal import Logging

/// Carries out verbs on connections of the pool. What failed in passing is tried again: a deadlock, a failover, a lost
/// connection.
struct Runner: Sendable {
    /// How long a verb is tried before its error is passed on.
    private static let patience = Duration.seconds(8)

    let pool: ConnectionPool
    let names: Names
    let interner: Interner
    let hub: ChangeHub
    let clock: any EngineClock
    let random: any Randomness
    let logger: Logger

    /// What becomes of a verb whose connection is lost when its commit was under way.
    enum Ambiguity {
        /// It is done again: it recognises what it did before.
        case repeated
        /// The error is passed on.
        case reported
    }

    /// Runs `body` in one transaction.
    func transact<Value: Sendable>(
        _ operation: String, onAmbiguity: Ambiguity = .repeated,
        _ body: @escaping @Sendable (inout Write) throws -> Value
    ) async throws -> Value {
        try await attempt(operation, onAmbiguity) { session, write in
            try session.transaction {
                let value = try body(&write)
                try write.finish()
                return value
            }
        }
    }

    /// Runs `body` without a transaction around it: each query or pipeline of it is one. Behind a pooler there is one
    /// all the same, for the sake of the time limit.
    func perform<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (inout Write) throws -> Value
    ) async throws -> Value {
        try await attempt(operation) { session, write in
            session.isPooled ? try session.transaction { try body(&write) } : try body(&write)
        }
    }

    /// Runs `body`, which opens and ends its transactions itself.
    func attempt<Value: Sendable>(
        _ operation: String, _ onAmbiguity: Ambiguity = .repeated,
        _ body: @escaping @Sendable (Session, inout Write) throws -> Value
    ) async throws -> Value {
        let end = clock.uptime() + Self.patience
        var tries = 0
        var isDoubtful = false
        while true {
            do {
                let (value, changes) = try await pool.withConnection {
                    [isDoubtful] (connection: isolated PostgresConnection) in
                    let session = connection.session
                    var write = Write(session: session, names: names, interner: interner)
                    write.isDoubtful = isDoubtful
                    let value = try body(session, &write)
                    write.keepNumbers()
                    return (value, write.changes)
                }
                hub.publish(changes)
                return value
            } catch let error as PostgresError
                where error.isRetryable && clock.uptime() < end && !(error.isAmbiguous && onAmbiguity == .reported)
                && !(Task.isCancelled && tries >= 3)
            {
                tries += 1
                isDoubtful = isDoubtful || error.isAmbiguous
                logger.debug("trying again", metadata: ["operation": "\(operation)", "error": "\(error)"])
                let wait = Duration.milliseconds(5 << min(tries, 7)) * (0.5 + random.fraction())
                await clock.pause(for: wait)
            } catch {
                throw StoreError.mapping(error, operation: operation)
            }
        }
    }
}
