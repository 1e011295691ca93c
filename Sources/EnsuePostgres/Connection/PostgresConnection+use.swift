extension PostgresConnection {
    /// What came of lending a connection.
    struct Use<Value: Sendable>: Sendable {
        /// Nil if the connection was found closed before anything was done.
        let result: Result<Value, any Error>?
        let isReusable: Bool
    }

    /// Runs `body` unless the server has closed the connection in the meantime, and rolls back a transaction that it
    /// leaves open.
    func use<Value: Sendable>(_ body: @Sendable (isolated PostgresConnection) throws -> Value) -> Use<Value> {
        guard session.isOpen() else { return Use(result: nil, isReusable: false) }
        let result = Result { try body(self) }
        return Use(result: result, isReusable: isClean())
    }

    /// Ends what is open. Whether that worked says what is to become of the connection, so that its error is no loss.
    private func isClean() -> Bool {
        guard session.isHealthy, session.isInTransaction else { return session.isHealthy }
        do { try session.script("ROLLBACK") } catch { session.close() }
        return session.isHealthy
    }
}
