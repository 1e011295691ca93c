internal import Ensue
internal import Logging

extension Migration {
    /// Brings the schema up to date in one transaction. Of many processes that try at once, one does it, and the others
    /// wait for its turn to end.
    ///
    /// Whoever writes waits while tables are locked. So that nobody waits for a transaction that somebody has left open,
    /// locks that are not to be had at once are given up, and asked for again a while later.
    static func bringUpToDate(
        _ options: ConnectionOptions, _ names: Names, _ pool: ConnectionPool, _ clock: any EngineClock,
        _ random: any Randomness, _ logger: Logger
    ) async throws {
        let isDue = try await pool.withConnection { try done($0.session, names) < latest }
        guard isDue else { return }
        // A connection of its own: it waits between two tries with its turn held.
        let connection = try await PostgresConnection.open(options, logger: logger)
        do { try await run(connection, names, clock, random, logger) } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    private static let tries = 20

    private static func run(
        _ connection: PostgresConnection, _ names: Names, _ clock: any EngineClock, _ random: any Randomness,
        _ logger: Logger
    ) async throws {
        try await connection.beginMigrating(names)
        var failures = 0
        while try await !connection.tryMigrating(names) {
            failures += 1
            let holders = try await connection.holders(names)
            guard failures < tries else { throw inTheWay(holders, names) }
            logger.info(
                "waiting for locks to update the schema",
                metadata: ["schema": "\(names.schema)", "held_by": "\(holders.joined(separator: "; "))"])
            await clock.pause(for: .seconds(1) * (0.5 + random.fraction()))
        }
        try await connection.endMigrating()
    }

    private static func inTheWay(_ holders: [String], _ names: Names) -> StoreError {
        let who = holders.isEmpty ? "who held them is not known" : "they are held by " + holders.joined(separator: "; ")
        return StoreError(
            .busy, operation: "migrate",
            detail: "the locks to update the schema '\(names.schema)' were not to be had in \(tries) tries: \(who). "
                + "End these transactions, or try again when they are over")
    }

    /// What comes before ``script(from:to:_:)`` in its transaction.
    static func prelude(_ names: Names) -> String {
        """
        SET LOCAL client_min_messages = warning;
        SET LOCAL statement_timeout = 0;
        SET LOCAL idle_in_transaction_session_timeout = 0;
        SET LOCAL lock_timeout = 0;
        SELECT pg_advisory_xact_lock(hashtextextended(\(Names.literal("ensue.migrate.\(names.schema)")), 0));
        SET LOCAL lock_timeout = '200ms';

        """
    }

    /// Indexes of many millions of rows take minutes.
    fileprivate static let patience = Duration.seconds(7200)
}

extension PostgresConnection {
    /// Begins the transaction as soon as it is this one's turn.
    fileprivate func beginMigrating(_ names: Names) throws {
        try session.script(session.opening.joined(separator: "; "))
        try session.script(Migration.prelude(names), within: Migration.patience)
    }

    fileprivate func endMigrating() throws { try session.query("COMMIT") }

    /// Returns false if locks were not to be had: then everything is as it was.
    fileprivate func tryMigrating(_ names: Names) throws -> Bool {
        let script = Migration.script(from: try Migration.done(session, names), names)
        guard !script.isEmpty else { return true }
        try session.script("SAVEPOINT untouched")
        do { try session.script(script, within: Migration.patience) } catch let error as PostgresError
            where ["40P01", "55P03"].contains(error.sqlState)
        {
            try session.script("ROLLBACK TO SAVEPOINT untouched")
            return false
        }
        return true
    }

    /// Who holds locks on tables that are to be locked, and since when their transactions are open.
    fileprivate func holders(_ names: Names) throws -> [String] {
        try session.query(
            """
            SELECT DISTINCT a.xact_start, 'process ' || a.pid
                || coalesce(' (' || nullif(a.application_name, '') || ')', '')
                || coalesce(' since ' || date_trunc('second', a.xact_start)::text, '')
            FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
            JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE l.granted AND l.pid <> pg_backend_pid() AND n.nspname = $1
                AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
                AND (l.mode NOT IN ('AccessShareLock', 'RowShareLock') OR c.relname = 'rejections')
                AND c.relname ~ '^((events|effects|outcomes)(_[0-9]+)?|parked|rejections)$'
            ORDER BY a.xact_start LIMIT 10
            """, [.text(names.schema)]
        ).map { $0.text(1) }
    }
}
