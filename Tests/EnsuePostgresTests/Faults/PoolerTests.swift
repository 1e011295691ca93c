import Ensue
import EnsuePostgres
import EnsueTesting
import Foundation
import PostgresServer
import Testing

/// Everything through PgBouncer, which gives each transaction to the next best session.
@Suite(.timeLimit(.minutes(10)))
struct PoolerTests {
    @Test(arguments: StoreContract.cases)
    func `behind a transaction pooler the store holds that`(_ check: StoreContract.Case) async throws {
        try await Self.turns.take { try await check.run(against: Self.makeStore) }
    }

    @Test(arguments: [false, true])
    func `an engine works behind a transaction pooler, with notifications and without`(_ listens: Bool) async throws {
        let database = try await TemporarySchema.make()
        let ran = Runs()
        let store = try await PostgresStore(try await Self.address(database, listens: listens), logger: .quiet)
        let engine = try Engine(
            store: store, handlers: ran.handlers(of: "test.work", listeningAs: "all"),
            options: EngineOptions(lease: .seconds(60), safetyPoll: .seconds(60)), logger: .quiet)
        try await engine.working {
            let ids = try await engine.request((1...200).map { .work(key: "key \($0)") }).map(\.id)
            for _ in 1...20 { _ = try await store.record([.happened()]) }
            try await ran.wait(for: 220)
            // By now it may sleep: what another program inserts wakes it.
            try await until("the worker is idle") { try await database.count("SELECT count(*) FROM leases") == 0 }
            try await database.execute("INSERT INTO effects (kind) VALUES ('test.work')")
            try await ran.wait(for: 221)
            #expect(ran.all.count == 221 && ran.all.values.allSatisfy { $0.count == 1 })
            #expect(ids.allSatisfy { ran.all[$0] != nil })
        }
        #expect(try await database.count("SELECT count(*) FROM outcomes WHERE outcome = 'completed'") == 221)
        #expect(try await database.count("SELECT count(*) FROM leases") == 0)
        await store.close()
        try await database.drop()
    }

    private static let turns = Turns(6)

    /// One for all, made by whoever comes first.
    private static let bouncer = Task { try await PgBouncer.start(for: .shared()) }

    private static func address(_ database: TemporarySchema, listens: Bool) async throws -> String {
        let direct = database.server.address().addingPercentEncoding(withAllowedCharacters: .alphanumerics)
        let listen = listens ? try #require(direct) : "off"
        return "\(try await bouncer.value.address())?ensue_schema=\(database.name)&ensue_listen=\(listen)"
    }

    private static let makeStore: StoreUnderTest.Factory = {
        let database = try await TemporarySchema.make()
        let store = try await PostgresStore(try await address(database, listens: false))
        return StoreUnderTest(
            store: store, now: { try await database.now() }, precision: .seconds(20),
            advance: { try await database.advance(by: $0) },
            executeSQL: { try await database.execute($0) },
            tearDown: {
                await store.close()
                try await database.drop()
            })
    }
}
