import Ensue
import Logging
import Testing

@testable import EnsuePostgres

/// Programs of different versions side by side on one schema.
@Suite(.timeLimit(.minutes(3)))
struct RollingDeploymentTests {
    private static let (old, both, new): (EffectKind, EffectKind, EffectKind) = ("test.old", "test.both", "test.new")

    @Test func `each process claims only what it can handle, and what is common they share`() async throws {
        let (database, runs) = (try await TemporarySchema.make(), Runs())
        let stores = [try await database.store(), try await database.store()]
        let former = try Engine(
            store: stores[0], handlers: runs.handlers(of: Self.old, Self.both, named: "former"), logger: .quiet)
        let latter = try Engine(
            store: stores[1], handlers: runs.handlers(of: Self.both, Self.new, named: "latter"), logger: .quiet)
        var ids: [EffectKind: [EffectID]] = [:]
        for kind in [Self.old, Self.both, Self.new] {
            ids[kind] = try await stores[0].request(
                (1...300).map { _ in EffectRequest(kind: kind, payload: .emptyObject) }
            )
            .map(\.id)
        }
        try await former.working {
            try await latter.working {
                try await runs.wait(for: 900)
            }
        }
        #expect(runs.all.values.allSatisfy { $0.count == 1 })
        #expect(runs.names(of: try #require(ids[Self.old])) == ["former"])
        #expect(runs.names(of: try #require(ids[Self.new])) == ["latter"])
        #expect(try await database.count("SELECT count(*) FROM outcomes WHERE outcome = 'completed'") == 900)
        #expect(try await database.count("SELECT count(*) FROM attempts") == 0)
        for store in stores { await store.close() }
        try await database.drop()
    }

    @Test func `what nobody can handle is seen to wait, until somebody comes who can`() async throws {
        let (database, runs) = (try await TemporarySchema.make(), Runs())
        let (store, second) = (try await database.store(), try await database.store())
        let former = try Engine(store: store, handlers: runs.handlers(of: Self.old, named: "former"), logger: .quiet)
        try await former.working {
            let known = try await store.request([EffectRequest(kind: Self.old, payload: .emptyObject)])[0].id
            let unknown = try await store.request([EffectRequest(kind: Self.new, payload: .emptyObject)])[0].id
            try await runs.wait(for: 1)
            #expect(try await store.effect(known)?.hasHandler == true)
            let waiting = try #require(try await store.effect(unknown))
            #expect(!waiting.hasHandler && waiting.state.name == "ready")
            #expect(try await database.rows("SELECT id FROM ledger_unhandled") { $0.int(0) } == [unknown.rawValue])
            let latter = try Engine(
                store: second, handlers: runs.handlers(of: Self.new, named: "latter"), logger: .quiet)
            try await latter.working { try await runs.wait(for: 2) }
            #expect(runs.all[unknown] == ["latter"])
            #expect(try await store.effect(unknown)?.hasHandler == true)
            #expect(try await database.count("SELECT count(*) FROM ledger_unhandled") == 0)
        }
        await store.close()
        await second.close()
        try await database.drop()
    }

    @Test func `a listener that only the former version has is asked as long as it may come back`() async throws {
        let (database, runs) = (try await TemporarySchema.make(), Runs())
        let (store, second) = (try await database.store(), try await database.store())
        let former = try Engine(
            store: store, handlers: runs.handlers(named: "former", listeningAs: "audit"), logger: .quiet)
        let latter = try Engine(store: second, handlers: runs.handlers(of: Self.new, named: "latter"), logger: .quiet)
        try await former.working {}
        try await latter.working {
            _ = try await second.record([.happened()])
            try await until("it is routed") { try await database.count("SELECT count(*) FROM unrouted") == 0 }
        }
        #expect(try await database.count("SELECT count(*) FROM ready") == 1, "the latter routes for the former")
        try await former.working { try await runs.wait(for: 1) }
        #expect(runs.all.values.map { $0 } == [["former"]])
        await store.close()
        await second.close()
        try await database.drop()
    }

    @Test func `of ten processes that find an empty database one makes the schema, and all use it`() async throws {
        let database = try await TemporarySchema.make()
        let stores = try await withThrowingTaskGroup(of: PostgresStore.self) { group in
            for _ in 1...10 { group.addTask { try await database.store() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(stores.map(\.identity.id)).count == 1)
        #expect(try await database.count("SELECT count(*) FROM migrations") == Int64(Migration.latest))
        try await withThrowingTaskGroup { group in
            for store in stores { group.addTask { _ = try await store.request([.work()]) } }
            try await group.waitForAll()
        }
        #expect(try await database.count("SELECT count(*) FROM ready") == 10)
        for store in stores { await store.close() }
        try await database.drop()
    }
}

extension TemporarySchema {
    /// A store as another process would open it.
    func store() async throws -> PostgresStore { try await PostgresStore(address, logger: .quiet) }
}
