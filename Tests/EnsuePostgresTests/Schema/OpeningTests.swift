import Ensue
import PostgresServer
import Testing

@testable import EnsuePostgres

/// What opening a store does to its schema.
@Suite(.timeLimit(.minutes(5)))
struct OpeningTests {
    /// All that a schema consists of, and what it has been through.
    private static func contents(_ database: TemporarySchema) async throws -> [String] {
        try await database.rows(
            """
            SELECT concat_ws(' ', c.oid, c.relname, c.relkind, c.relfilenode, c.xmin) FROM pg_class c
            WHERE c.relnamespace = current_schema()::regnamespace
            UNION ALL SELECT concat_ws(' ', p.oid, p.proname, p.xmin) FROM pg_proc p
            WHERE p.pronamespace = current_schema()::regnamespace
            UNION ALL SELECT concat_ws(' ', number, serves_from, applied_at) FROM migrations
            UNION ALL SELECT concat_ws(' ', id, encode(secret, 'hex'), xmin) FROM store
            ORDER BY 1
            """
        ) { $0.text(0) }
    }

    private static func refusal(_ database: TemporarySchema, migrates: Bool = true) async -> StoreError? {
        await #expect(throws: StoreError.self) {
            let options = PostgresStore.Options(schema: database.name, migrates: migrates)
            try await PostgresStore(database.address, options: options, logger: .quiet).close()
        }
    }

    @Test func `opening a store a second time changes nothing`() async throws {
        try await TemporarySchema.withStore { database, store in
            let before = try await Self.contents(database)
            try await database.withStore { #expect($0.identity.id == store.identity.id) }
            #expect(try await Self.contents(database) == before)
            #expect(before.count > 50)
        }
    }

    @Test func `ten that are opened at once make one schema`() async throws {
        try await TemporarySchema.using { database in
            let ids = try await withThrowingTaskGroup { group in
                for _ in 1...10 {
                    group.addTask {
                        let store = try await PostgresStore(database.address, logger: .quiet)
                        let receipt = try await store.request([.work()])[0]
                        await store.close()
                        return (store.identity.id, receipt.id)
                    }
                }
                return try await group.reduce(into: [(String, EffectID)]()) { $0.append($1) }
            }
            #expect(Set(ids.map(\.0)).count == 1)
            #expect(Set(ids.map(\.1)).count == 10)
            #expect(try await database.count("SELECT count(*) FROM migrations") == Int64(Migration.latest))
            #expect(try await database.count("SELECT count(*) FROM ready") == 10)
        }
    }

    @Test func `a newer schema that no longer serves this version is refused, and left as it is`() async throws {
        try await TemporarySchema.withStore { database, _ in
            try await database.execute("INSERT INTO migrations (number, serves_from) VALUES (99, 99)")
            let before = try await Self.contents(database)
            for migrates in [true, false] {
                let error = await Self.refusal(database, migrates: migrates)
                #expect(error?.reason == .schemaMismatch)
                #expect(error?.detail.contains("number 99") == true)
                #expect(error?.detail.contains("Use a newer version") == true)
            }
            #expect(try await Self.contents(database) == before)
        }
    }

    @Test func `a newer schema that still serves this version is worked with`() async throws {
        try await TemporarySchema.withStore { database, _ in
            try await database.execute(
                "INSERT INTO migrations (number, serves_from) VALUES (99, \(Migration.latest))")
            try await database.withStore { store in
                _ = try await store.request([.work()])
                #expect(try await store.claim(1, lease: 1).count == 1)
            }
        }
    }

    @Test func `without migrating, a database without the schema is refused with what to do about it`() async throws {
        try await TemporarySchema.using { database in
            let error = await Self.refusal(database, migrates: false)
            #expect(error?.reason == .schemaMismatch)
            #expect(error?.detail.contains("'\(database.name)'") == true)
            #expect(error?.detail.contains("ensue migrate") == true)
            let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname = \(Names.literal(database.name))"
            let count = try await database.count(schemas)
            #expect(count == 0)
        }
    }

    @Test func `without migrating, a schema that is there is worked with`() async throws {
        try await TemporarySchema.withStore { database, store in
            let options = PostgresStore.Options(schema: database.name, migrates: false)
            let other = try await PostgresStore(database.address, options: options, logger: .quiet)
            #expect(other.identity.id == store.identity.id)
            await other.close()
        }
    }

    /// A name that needs quotes, and one as long as any may be.
    @Test(arguments: ["it's a \"schéma\"", String(repeating: "x", count: 63)])
    func `a schema of any name works beside another`(_ name: String) async throws {
        try await TemporarySchema.withStore { database, store in
            let options = PostgresStore.Options(schema: name)
            let other = try await PostgresStore(database.server.address(), options: options, logger: .quiet)
            #expect(other.identity.id != store.identity.id)
            try await store.join(.worker())
            try await other.join(.worker())
            let theirs = try await other.request([.work(key: "one")])
            #expect(try await store.request([.work(key: "one")])[0].isDuplicate == false)
            #expect(try await store.claim(10, lease: 1).count == 1)
            try await other.watching { reports in
                let asleep = "SELECT count(*) FROM \(Names.quoted(name)).workers WHERE asleep"
                try await until("it sleeps") {
                    _ = try await other.claim(10, lease: 1)
                    return try await database.count(asleep) == 1
                }
                reports.clear()
                try await database.execute("INSERT INTO \(Names.quoted(name)).effects (kind) VALUES ('test.work')")
                try await until("it is told") { reports.contain(\.isHearsay) }
            }
            #expect(try await other.effect(theirs[0].id) != nil)
            await other.close()
            try await database.execute("DROP SCHEMA \(Names.quoted(name)) CASCADE")
        }
    }
}
