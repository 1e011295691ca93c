public import Ensue
public import Logging
internal import Synchronization

/// The fleet's store: a schema in a PostgreSQL database (14 to 18), shared by any number of processes on any number of
/// hosts.
///
/// What it acknowledges is as durable as the server's `synchronous_commit` says. Any program may insert into the tables
/// `events` and `effects`, call the functions `request` and `record`, and read the view `ledger`. Works directly and
/// behind a transaction pooler such as PgBouncer.
public final class PostgresStore: Store {
    public let identity: StoreIdentity
    public let options: Options
    let names: Names
    /// How the listener connects; nil if it must not.
    let listening: ConnectionOptions?
    let pool: ConnectionPool
    let runner: Runner
    let clock: any EngineClock
    let random: any Randomness
    let logger: Logger
    let interner = Interner()
    let hub = ChangeHub()
    let rules = RuleCache()
    let claiming = ClaimState()
    let unrouted = ScanMark()
    let doubts = Doubts()
    let workers = JoinedWorkers()
    let retirement = RetirementCursor()
    private let records: Submissions<EventDraft, Receipt<EventID>>
    private let requests: Submissions<EffectRequest, Receipt<EffectID>>

    /// How a store is opened.
    public struct Options: Sendable {
        /// The schema that holds everything; it is created if it is missing.
        public var schema: String
        /// Bring an older schema up to date. If not, an older schema is refused.
        public var migrates: Bool

        public init(schema: String = "ensue", migrates: Bool = true) {
            self.schema = schema
            self.migrates = migrates
        }
    }

    /// Opens the store at a libpq connection string (`postgres://user@host/database?sslmode=verify-full`), and creates
    /// or updates its schema.
    ///
    /// The string may also say `ensue_schema`, `ensue_pool` (connections at most), `ensue_statement_timeout` (seconds)
    /// and `ensue_listen` (a direct address for notifications where the other leads to a pooler, or `off`).
    /// Throws ``StoreError``: `unavailable` if the server cannot be reached or the user may not, `schemaMismatch` if the
    /// schema belongs to a newer version.
    public init(
        _ address: String, options: Options? = nil, logger: Logger = Logger(label: "ensue.postgres"),
        clock: any EngineClock = SystemClock(), random: any Randomness = SystemRandomness()
    ) async throws {
        let connecting = try ConnectionOptions(address: address)
        let options = options ?? Options(schema: connecting.schema ?? "ensue")
        let names = Names(schema: options.schema)
        let pool = ConnectionPool(connecting, clock: clock, randomness: random, logger: logger)
        do {
            try await pool.withConnection { try Self.checkVersion($0.session) }
            if options.migrates { try await Migration.bringUpToDate(connecting, names, pool, clock, random, logger) }
            identity = try await pool.withConnection { (connection: isolated PostgresConnection) in
                try Self.open(connection.session, names, connecting.displayName)
            }
        } catch {
            await pool.close()
            throw StoreError.mapping(error, operation: "open")
        }
        self.options = options
        self.names = names
        self.pool = pool
        self.clock = clock
        self.random = random
        listening = connecting.listening
        self.logger = logger
        let runner = Runner(
            pool: pool, names: names, interner: interner, hub: hub, clock: clock, random: random, logger: logger)
        self.runner = runner
        let (eventIDs, effectIDs) = (IDSupply("{event_id}", clock), IDSupply("{effect_id}", clock))
        records = Submissions(limit: 2000) { try await eventIDs.record($0, runner) }
        requests = Submissions(limit: 2000) { try await effectIDs.request($0, runner) }
    }

    private static func checkVersion(_ session: Session) throws {
        guard session.serverVersion >= 140_000 else {
            throw StoreError(
                .schemaMismatch, operation: "open",
                detail: "the server is PostgreSQL \(session.serverVersion / 10_000); 14 or newer is needed")
        }
    }

    private static func open(
        _ session: Session, _ names: Names, _ displayName: String
    ) throws -> StoreIdentity {
        if try Migration.done(session, names) < Migration.latest {
            throw StoreError(
                .schemaMismatch, operation: "open",
                detail:
                    "the schema '\(names.schema)' with Ensue's tables is missing or older; run 'ensue migrate' first")
        }
        let rows = try session.query(names.resolve("SELECT id, secret FROM {store}"))
        guard rows.count == 1 else {
            throw StoreError(.corrupt, operation: "open", detail: "the store's own row is missing")
        }
        let version = "\(session.serverVersion / 10_000).\(session.serverVersion % 10_000)"
        return StoreIdentity(
            name: "PostgreSQL \(version) at \(displayName), schema \(names.schema)", id: rows[0].text(0),
            secret: StoreSecret(bytes: rows[0].bytes(1)))
    }

    /// Closes all connections and ends all subscriptions; what is under way is finished first.
    public func close() async {
        hub.close()
        await pool.close()
    }

    public func record(_ events: [EventDraft]) async throws -> [Receipt<EventID>] {
        try await records.submit(events)
    }

    public func request(_ effects: [EffectRequest]) async throws -> [Receipt<EffectID>] {
        try await requests.submit(effects)
    }
}
