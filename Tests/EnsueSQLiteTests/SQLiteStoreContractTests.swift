import Ensue
import EnsueSQLite
import EnsueTesting
import Foundation
import GRDB
import Testing

@Suite(.timeLimit(.minutes(5)))
struct SQLiteStoreContractTests {
    @Test(arguments: StoreContract.cases)
    func `the SQLite store holds that`(_ check: StoreContract.Case) async throws {
        try await check.run(against: Self.makeStore)
    }

    @Test(arguments: PlaceRuleProperty.seeds())
    func `every effect is in exactly one place, whatever happens`(_ seed: UInt64) async throws {
        try await PlaceRuleProperty.run(seed: seed, factory: Self.makeStore)
    }

    /// A store in a file of its own; plain SQL comes in on another connection, as from another program.
    static let makeStore: StoreUnderTest.Factory = {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ensue-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appending(path: "ensue.db").path
        let clock = ManualClock()
        let store = try SQLiteStore(path: path, clock: clock)
        return StoreUnderTest(
            store: store, clock: clock,
            executeSQL: { statement in
                let program = try DatabaseQueue(path: path)
                try await program.write { try $0.execute(sql: statement) }
            },
            tearDown: { try FileManager.default.removeItem(at: folder) })
    }
}
