import Ensue
import EnsueTesting
import Logging
import PostgresServer
import Testing

@testable import EnsuePostgres

/// A store, and a schema of another program beside it in the same database.
struct AdoptionBench: Sendable {
    static let kind: EffectKind = "test.work"

    let store: PostgresStore
    let schema: TemporarySchema
    /// The other program's schema; `{app}` in SQL. It is also the name of a role without rights, `{writer}`.
    var app: String { "app_\(schema.name)" }

    static func run(_ body: (AdoptionBench) async throws -> Void) async throws {
        let schema = try await TemporarySchema.make()
        let bench = AdoptionBench(store: try await PostgresStore(schema.address), schema: schema)
        try await bench.sql("CREATE SCHEMA {app}; CREATE ROLE {writer}; GRANT USAGE ON SCHEMA {app} TO {writer}")
        do { try await body(bench) } catch {
            try await bench.tearDown()
            throw error
        }
        try await bench.tearDown()
    }

    private func tearDown() async throws {
        await store.close()
        try await sql("DROP SCHEMA {app} CASCADE; DROP OWNED BY {writer}; DROP ROLE {writer}")
        try await schema.drop()
    }

    /// What `psql` prints for statements of another program: a line a row, columns separated by `|`. `{ensue}` is the
    /// store's schema.
    @discardableResult
    func sql(_ text: String) async throws -> String {
        try await schema.server.psql(
            text.replacing("{app}", with: app).replacing("{writer}", with: app).replacing("{ensue}", with: schema.name))
    }

    func count(_ text: String) async throws -> Int { Int(try await sql("SELECT count(*) FROM \(text)")) ?? -1 }

    // MARK: Watching

    /// A table with columns of many types, into which the role without rights may write.
    func makeOrders() async throws {
        try await sql(
            """
            CREATE TABLE {app}.orders (id bigint PRIMARY KEY, total numeric, note text, gone int);
            ALTER TABLE {app}.orders DROP COLUMN gone;
            GRANT ALL ON {app}.orders TO {writer};
            """)
    }

    /// Type and data of all events that were recorded, in order.
    func events() async throws -> [String] {
        try await sql("SELECT type, replace(data::text, ' ', '') FROM {ensue}.events ORDER BY id")
            .split(separator: "\n").map { String($0).replacing("\(app).", with: "") }
    }

    // MARK: Adopting

    /// A table as the fixtures of Hasura know it.
    func makeEffects(_ extra: String = "") async throws {
        try await sql(
            """
            CREATE TABLE {app}.fx (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text, payload json,
                created timestamp NOT NULL DEFAULT now(), completed timestamp, completion_payload json\(extra));
            GRANT ALL ON {app}.fx TO {writer};
            """)
    }

    @discardableResult
    func adopt(_ change: (inout Adoption.Request) -> Void = { _ in }) async throws -> Adoption {
        var request = Adoption.Request(table: "\(app).fx")
        change(&request)
        let adoption = try await store.adopt(request)
        while try await !store.backfill(adoption, limit: 3).isLast {}
        return adoption
    }

    func claim() async throws -> [ClaimedEffect] {
        let worker = WorkerID(rawValue: 1)
        try await store.join(
            WorkerRegistration(
                id: worker, name: "test", kinds: [Self.kind: .standard], rules: [], lease: .seconds(600)))
        return try await store.claim(
            Claim(
                worker: worker, firstLease: LeaseID(rawValue: .random(in: 1...Int64(1) << 50)),
                quotas: [Claim.Quota(kind: Self.kind, limit: 100)], lease: .seconds(600)))
    }

    func settle(_ claimed: [ClaimedEffect], to destination: Transition.Destination) async throws {
        let report = try await store.settle(
            claimed.map { SettledRun(of: $0, startedAt: nil, transition: Transition(to: destination)) })
        #expect(report.stale.isEmpty)
    }

    /// Handles whatever is ready, and follows what has ended.
    @discardableResult
    func handleAll(_ output: String = #"{"ok":1.50}"#) async throws -> [ClaimedEffect] {
        let claimed = try await claim()
        try await settle(claimed, to: .ended(.completed, output: JSONText(parsing: output)))
        try await follow()
        return claimed
    }

    func follow() async throws {
        while try await store.follow(limit: 2) > 0 {}
    }

    /// The rows of the adopted table, by id: whether they are completed, and their completions.
    func completions() async throws -> [String] {
        try await sql("SELECT id, completed IS NOT NULL, completion_payload FROM {app}.fx ORDER BY id")
            .split(separator: "\n").map(String.init)
    }
}
