public import Ensue
internal import Foundation
public import GRDB

/// The embedded store: one SQLite file in WAL mode, for any number of processes on one machine.
///
/// What it acknowledges is on the disk (`synchronous=FULL`). Any program may insert into the tables `events` and
/// `effects` and read the view `ledger`, the `sqlite3` shell included; an idle engine notices within milliseconds.
public final class SQLiteStore: Store {
    public let identity: StoreIdentity
    /// The file.
    public var path: String { pool.path }
    let pool: DatabasePool
    let names: Names
    let clock: any EngineClock
    let commits: GroupCommit
    let looks: GroupRead
    let hub: ChangeHub
    let rules = RuleCache()
    let turns = AccountTurns()
    let retirement = RetirementCursor()

    /// Opens a file of Ensue's own, creating it if it is missing and bringing its schema up to date.
    ///
    /// Throws ``StoreError``: `schemaMismatch` if the file belongs to another program or a newer version,
    /// `unavailable` if it cannot be opened or written.
    public convenience init(path: String, clock: any EngineClock = SystemClock()) throws {
        let pool = try Self.mapped {
            var configuration = Configuration()
            configuration.label = "ensue"
            configuration.busyMode = .timeout(10)
            configuration.maximumReaderCount = 4
            configuration.prepareDatabase { db in
                try db.execute(sql: "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000")
            }
            let pool = try DatabasePool(path: path, configuration: configuration)
            // A pool sets NORMAL when it has been prepared.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            return pool
        }
        try self.init(pool: pool, prefix: "", ownsFile: true, clock: clock)
    }

    /// Lives in an application's own database: every table, view, index and trigger is named `ensue_…`, migrations
    /// are kept apart from the application's, and requests can be part of its transactions.
    ///
    /// Throws ``StoreError`` `unavailable` if the database acknowledges commits before they are on the disk
    /// (`PRAGMA synchronous` below FULL), unless `allowingWeakerDurability`.
    public convenience init(
        sharing pool: DatabasePool, allowingWeakerDurability: Bool = false, clock: any EngineClock = SystemClock()
    ) throws {
        let synchronous = try Self.mapped {
            try pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") ?? 0 }
        }
        guard synchronous >= 2 || allowingWeakerDurability else {
            throw StoreError(
                .unavailable, operation: "open",
                detail: "the shared database has PRAGMA synchronous = \(synchronous), so that an acknowledged record "
                    + "could be lost. A DatabasePool sets NORMAL when it opens: execute PRAGMA synchronous = FULL in "
                    + "its writeWithoutTransaction, or pass allowingWeakerDurability: true")
        }
        try self.init(pool: pool, prefix: "ensue_", ownsFile: false, clock: clock)
    }

    private init(pool: DatabasePool, prefix: String, ownsFile: Bool, clock: any EngineClock) throws {
        let names = Names(prefix: prefix)
        identity = try Self.mapped {
            try pool.writeWithoutTransaction { db in
                try Migration.migrate(db, names: names, ownsFile: ownsFile)
                return try Self.identity(db, names: names, path: pool.path)
            }
        }
        let hub = ChangeHub(writer: pool, names: names)
        self.pool = pool
        self.names = names
        self.clock = clock
        self.hub = hub
        commits = GroupCommit(writer: pool, names: names, clock: clock) { hub.publish($0) }
        looks = GroupRead(reader: pool, names: names, clock: clock)
    }

    private static func identity(_ db: Database, names: Names, path: String) throws -> StoreIdentity {
        guard
            let row = try Row.fetchOne(
                db, sql: names.resolve("SELECT id, secret, sqlite_version() FROM {store}"))
        else { throw StoreError(.corrupt, operation: "open", detail: "the store's own row is missing") }
        let secret: Data = row[1]
        let version: String = row[2]
        return StoreIdentity(name: "SQLite \(version) at \(path)", id: row[0], secret: StoreSecret(bytes: secret))
    }

    private static func mapped<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch { throw StoreError.mapping(error, operation: "open") }
    }

    func write<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (inout Write) throws -> Value
    ) async throws -> Value {
        try await commits.perform(operation, body)
    }

    func read<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Read) throws -> Value
    ) async throws -> Value {
        let names = names
        let now = clock.now()
        do {
            return try await pool.read { try body(Write(db: $0, names: names, now: now)) }
        } catch {
            throw StoreError.mapping(error, operation: operation)
        }
    }

    public func changes() -> AsyncStream<StoreChanges> { hub.subscribe() }
}

/// A verb's part of a read transaction.
typealias Read = Write
