import Ensue
import EnsuePostgres
import EnsueTesting
import Testing

@Suite(.timeLimit(.minutes(10)))
struct PostgresStoreContractTests {
    @Test(arguments: StoreContract.cases)
    func `the PostgreSQL store holds that`(_ check: StoreContract.Case) async throws {
        try await Self.turns.take { try await check.run(against: Self.makeStore) }
    }

    @Test(arguments: PlaceRuleProperty.seeds())
    func `every effect is in exactly one place, whatever happens`(_ seed: UInt64) async throws {
        try await Self.turns.take { try await PlaceRuleProperty.run(seed: seed, factory: Self.makeStore) }
    }

    /// Each makes a schema of its own, which keeps the server busy for a while.
    private static let turns = Turns(6)

    /// A store in a schema of its own, whose clock is the server's and can be set forward.
    static let makeStore: StoreUnderTest.Factory = {
        let database = try await TemporarySchema.make()
        let store = try await PostgresStore(database.address)
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
