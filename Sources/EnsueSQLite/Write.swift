internal import Ensue
internal import GRDB

/// One verb's part of a write transaction.
struct Write {
    let db: Database
    let names: Names
    let now: Timestamp
    /// What others can do once the transaction has been committed.
    var changes: StoreChanges = []
    private var tally: [Tally: Int] = [:]

    private struct Tally: Hashable {
        let account: Int64
        let kind: Int64
        let measure: Counter.Measure
    }

    init(db: Database, names: Names, now: Timestamp) {
        self.db = db
        self.names = names
        self.now = now
    }

    func statement(_ sql: String) throws -> Statement { try db.cachedStatement(sql: names.resolve(sql)) }

    /// For statements that run once for every effect; get it once for all of them.
    func raw(_ sql: String) throws -> RawStatement { RawStatement(try statement(sql)) }

    func execute(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws {
        try statement(sql).execute(arguments: arguments)
    }

    func rows(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> [Row] {
        try Row.fetchAll(try statement(sql), arguments: arguments)
    }

    func row(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Row? {
        try Row.fetchOne(try statement(sql), arguments: arguments)
    }

    func value<Value: DatabaseValueConvertible>(
        _ sql: String, _ arguments: StatementArguments = StatementArguments()
    ) throws -> Value? {
        try Value.fetchOne(try statement(sql), arguments: arguments)
    }

    /// Ends a verb: writes what it counted, and tells an application that observes our tables in its database of the
    /// rows that GRDB did not see being inserted.
    mutating func finish() throws {
        try flushCounters()
        guard names.isShared else { return }
        let tables: [(StoreChanges, String)] = [
            (.events, "{events}"), (.effects, "{effects}"), (.effects, "{ready}"), (.outcomes, "{outcomes}"),
        ]
        for (change, table) in tables where changes.contains(change) {
            try db.notifyChanges(in: Table(names.resolve(table)))
        }
    }

    // MARK: Names as numbers

    func accountID(_ account: Account) throws -> Int64 {
        if let id: Int64 = try value("SELECT id FROM {accounts} WHERE name = ?", [account.rawValue]) { return id }
        try execute("INSERT INTO {accounts} (name) VALUES (?)", [account.rawValue])
        return db.lastInsertedRowID
    }

    func kindID(_ kind: EffectKind) throws -> Int64 {
        if let id: Int64 = try value("SELECT id FROM {kinds} WHERE name = ?", [kind.rawValue]) { return id }
        try execute("INSERT INTO {kinds} (name) VALUES (?)", [kind.rawValue])
        return db.lastInsertedRowID
    }

    // MARK: Counting

    mutating func count(_ measure: Counter.Measure, account: Int64, kind: Int64) {
        tally[Tally(account: account, kind: kind, measure: measure), default: 0] += 1
    }

    /// Adds what was counted to the counters.
    private mutating func flushCounters() throws {
        for (what, count) in tally {
            try execute(
                """
                INSERT INTO {counters} (account, kind, measure, count) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET count = count + excluded.count
                """, [what.account, what.kind, what.measure.rawValue, count])
        }
        tally = [:]
    }
}
