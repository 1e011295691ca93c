internal import CLibpq
internal import Ensue
internal import Logging

/// What can be done with a connection, on the thread that it belongs to. Calls block; everything has a deadline: a
/// server that says nothing for `statementTimeout` and two seconds more is given up, and the connection with it.
final class Session {
    typealias Statement = (sql: String, parameters: [PostgresValue])

    /// As a number: 150004 is 15.4.
    let serverVersion: Int
    /// Whether a pooler such as PgBouncer stands between, which may send every transaction to another session. There
    /// nothing is prepared and nothing is set.
    let isPooled: Bool
    private let patience: Duration
    private let statementTimeout: Duration
    /// Nil once the connection is lost or closed.
    private var wire: Wire?
    private var prepared = PreparedStatements()
    private var isOutdated = false

    init(_ options: ConnectionOptions, wakeUp: WakeUp, logger: Logger) throws(PostgresError) {
        let wire = try Wire(options, logger: logger, wakeUp: wakeUp)
        patience = options.statementTimeout + .seconds(2)
        statementTimeout = options.statementTimeout
        if let known = options.isPooled { isPooled = known } else { isPooled = try wire.isPooled(within: patience) }
        if !isPooled { try wire.script(options.sessionScript, within: patience) }
        serverVersion = Int(PQserverVersion(wire.handle))
        self.wire = wire
    }

    /// Whether it may be used again. Once false, it stays so.
    var isHealthy: Bool { wire != nil && !isOutdated }

    /// Whether a transaction is open, be it a failed one.
    var isInTransaction: Bool { wire?.isInTransaction ?? false }

    /// Whether the server has not closed the connection in the meantime, as far as can be told without asking it.
    func isOpen() -> Bool {
        do {
            try wire?.checkOpen()
        } catch {
            wire = nil
        }
        return isHealthy
    }

    func close() { wire = nil }

    // MARK: Transactions

    /// What opens a transaction. Behind a pooler there is no session to hold a time limit.
    var opening: [String] {
        guard isPooled else { return ["BEGIN"] }
        return [
            "BEGIN ISOLATION LEVEL READ COMMITTED",
            "SET LOCAL statement_timeout = \(statementTimeout.milliseconds)",
        ]
    }

    /// Runs `body` in a transaction, which is committed if `body` returns and undone if it throws.
    func transaction<Value>(_ body: () throws -> Value) throws -> Value {
        try script(opening.joined(separator: "; "))
        let value: Value
        do { value = try body() } catch {
            try undo(after: error)
            throw error
        }
        try query("COMMIT")
        return value
    }

    /// The error that led here is the one to be told of: if the connection is lost as well, so is the transaction.
    private func undo(after error: any Error) throws {
        guard isHealthy, isInTransaction else { return }
        do { try script("ROLLBACK") } catch { close() }
    }

    // MARK: Statements

    /// Executes a statement that may take longer than others, outside any transaction.
    func patiently(_ sql: String, within span: Duration) throws {
        guard !isPooled else { return try script(sql, within: span) }
        try script("SET statement_timeout = \(span.milliseconds)")
        do { try script(sql, within: span + .seconds(2)) } catch {
            // Whoever used it next would be without a time limit of the usual length.
            close()
            throw error
        }
        try script("SET statement_timeout = \(statementTimeout.milliseconds)")
    }

    /// Executes one statement. On a direct connection its text is prepared the first time.
    @discardableResult
    func query(_ sql: String, _ parameters: [PostgresValue] = []) throws -> PostgresRows {
        let results = try pipeline([(sql, parameters)])
        guard let rows = results.first else { throw PostgresError(.connection, "a statement has no result") }
        return rows
    }

    /// Executes statements one after another in one round trip and returns their results. Outside an explicit
    /// transaction they are one transaction of their own.
    ///
    /// The first error is thrown, and what follows it has not been executed: neither has a COMMIT, so that an explicit
    /// transaction is still open and failed.
    @discardableResult
    func pipeline(_ statements: [Statement]) throws -> [PostgresRows] {
        let mayCommit = CommitRisk.of(statements.map(\.sql), isInTransaction: isInTransaction)
        return try atRisk(mayCommit) { wire throws(PostgresError) in try exchange(statements, over: wire) }
    }

    /// Executes statements without parameters in the simple protocol: all in one transaction unless they say
    /// otherwise. `span` is for those that take longer than others; the server's own timeout is theirs to set.
    func script(_ sql: String, within span: Duration? = nil) throws {
        try atRisk(CommitRisk.of(script: sql, isInTransaction: isInTransaction)) { wire throws(PostgresError) in
            _ = try wire.script(sql, within: span ?? patience)
        }
    }

    /// Waits up to `span` for notifications, and returns those that have come; none if `wake()` was called.
    func notifications(within span: Duration) throws -> [(channel: String, payload: String)] {
        try atRisk(false) { wire throws(PostgresError) in try wire.notifications(within: span) }
    }

    /// Does what needs the connection and finishes the error: whether the work may have been committed, and whether
    /// the connection is of further use.
    private func atRisk<Value>(
        _ mayCommit: Bool, _ body: (Wire) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        guard let wire else { throw PostgresError(.connection, "the connection is closed") }
        var isSent = false
        do throws(PostgresError) {
            try wire.checkOpen()
            isSent = true
            return try body(wire)
        } catch {
            var error = error
            if error.endsConnection {
                self.wire = nil
                error.isAmbiguous = isSent && mayCommit
            }
            if error.outdatesStatements { isOutdated = true }
            throw error
        }
    }

    private func exchange(_ statements: [Statement], over wire: Wire) throws(PostgresError) -> [PostgresRows] {
        var plan = PipelinePlan()
        for statement in statements {
            let parameters = ParameterList(statement.parameters)
            plan.add(
                statement.sql, parameters,
                isPooled ? .unnamed : prepared.use(statement.sql, types: parameters.types))
        }
        let answers = try wire.exchange(plan.messages, within: patience)
        for (sql, name) in plan.notPrepared(answers) { prepared.forget(sql, name: name) }
        return try plan.results(answers)
    }
}
