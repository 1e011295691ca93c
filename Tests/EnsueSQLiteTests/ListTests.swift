import Ensue
import Foundation
import GRDB
import Testing

@testable import EnsueSQLite

/// Lists in a real file: how they are found, and what an upgrade does for them.
@Suite struct ListTests {
    private let database: TemporaryDatabase

    init() throws { database = try TemporaryDatabase() }

    @Test(arguments: ListStatement.all)
    func `statements of lists search an index, and need no sorting`(_ sql: String) throws {
        let store = try SQLiteStore(path: database.path)
        let plan = try store.pool.read { db in
            try Row.fetchAll(
                db, sql: "EXPLAIN QUERY PLAN " + store.names.resolve(sql.replacing(/\?\d?/) { _ in "1" })
            ).map { $0["detail"] as String }
        }
        #expect(!plan.isEmpty)
        // What is counted up to a limit, and what is there once at the most, may be scanned.
        #expect(!plan.contains { $0.hasPrefix("SCAN") && !$0.contains("subquery") }, "\(plan)")
        #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
    }

    @Test func `a file of the first schema is brought up to date with all that it holds`() async throws {
        let old = try database.foreign()
        let names = Names(prefix: "")
        try await old.write { db in
            try db.execute(sql: "CREATE TABLE migrations (number INTEGER PRIMARY KEY, applied_at TEXT NOT NULL)")
            try db.execute(sql: names.resolve(Migration.first.sql))
            try db.execute(
                sql: """
                    INSERT INTO migrations VALUES (1, datetime('now'));
                    INSERT INTO store (only, id, secret) VALUES (1, 'old', x'00112233445566778899aabbccddeeff');
                    INSERT INTO events (type, source) VALUES ('a.Rare', '/thing/1');
                    INSERT INTO effects (kind, account) VALUES ('rare', 'default'), ('rare', 'acme');
                    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
                    INSERT INTO effects (kind) SELECT 'common' FROM n;
                    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
                    INSERT INTO events (type) SELECT 'a.Common' FROM n;
                    INSERT INTO effects (kind, cause, replay_of) VALUES ('child', 1, NULL), ('rare', NULL, 1);
                    INSERT INTO rejections (account, source, body, reason, created_at)
                    VALUES ('default', '/hooks/x', '{', 'not JSON', 1700000000000);
                    """)
        }
        let store = try SQLiteStore(path: database.path)
        #expect(store.identity.id == "old")
        #expect(try await store.effects(EffectQuery(kind: "rare")).items.map(\.id.rawValue) == [3004, 1])
        #expect(try await store.effects(EffectQuery(account: "acme")).items.map(\.id.rawValue) == [2])
        let common = try await store.effects(EffectQuery(kind: "common", limit: 1000))
        #expect(common.items.count == 1000 && common.next == common.items.last?.id)
        let source = try SourceName("/thing/1")
        #expect(try await store.events(EventQuery(type: "a.Rare")).items.map(\.id.rawValue) == [1])
        #expect(try await store.events(EventQuery(source: source)).items.map(\.id.rawValue) == [1])
        let followed = try await store.consequences(ofEvents: [], ofEffects: [EffectID(rawValue: 1)], limit: 10)
        #expect(followed.effects.map(\.id.rawValue) == [3003, 3004])
        let rejection = try #require(try await store.rejections(RejectionQuery()).items.first)
        #expect(try await store.resolve(rejection.id, as: "effect 1"))
        #expect(try await store.rejections(RejectionQuery()).items == [])
        #expect(
            try await store.diagnose(thoroughly: true).filter { $0.check.hasPrefix("schema") && $0.severity > .ok }
                == [])
    }

    @Test func `lists work in an application's database`() async throws {
        let pool = try DatabasePool(path: database.path)
        try await pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        let store = try SQLiteStore(sharing: pool)
        let receipt = try await store.request([EffectRequest(Greet(name: "Ada"), key: "k")])[0]
        _ = try await store.record([EventDraft(Greeted(name: "Ada"), source: SourceName("/person/ada"))])
        #expect(try await store.effects(EffectQuery(state: .ready, kind: Greet.kind)).items.map(\.id) == [receipt.id])
        #expect(try await store.effects(EffectQuery(key: "k")).items.map(\.id) == [receipt.id])
        #expect(try await store.events(EventQuery(source: SourceName("/person/ada"))).items.count == 1)
        #expect(try await store.events(EventQuery(type: Greeted.eventType)).items.count == 1)
        #expect(try await store.kinds(for: .default).map(\.ready) == [1])
    }

    @Test func `rows that brought their own time along do not hide the others`() async throws {
        let store = try SQLiteStore(path: database.path)
        try await database.foreign().write { db in
            for hour in 1...200 {
                // Every fortieth claims to be from the far future or the far past.
                let time = hour % 80 == 0 ? 0 : hour % 40 == 0 ? 9_000_000_000_000 : hour * 3_600_000
                try db.execute(sql: "INSERT INTO effects (kind, created_at) VALUES ('a', ?)", arguments: [time])
            }
        }
        func count(_ hours: ClosedRange<Int>) async throws -> Int {
            let query = EffectQuery(
                since: Timestamp(milliseconds: Int64(hours.lowerBound) * 3_600_000),
                until: Timestamp(milliseconds: Int64(hours.upperBound) * 3_600_000 + 1), limit: 1000)
            return try await store.effects(query).items.count
        }
        for first in stride(from: 1, through: 191, by: 10) {
            #expect(try await count(first...first + 8) == 9, "\(first)")
        }
    }

    @Test func `an account of very many kinds is listed whole`() async throws {
        let store = try SQLiteStore(path: database.path)
        try await database.foreign().write { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
                    INSERT INTO effects (account, kind) SELECT iif(i % 10, 'other', 'many'), 'kind' || i FROM n;
                    """)
        }
        for state in [nil, EffectQuery.State.ready] {
            let found = try await ids(EffectQuery(account: "many", state: state, limit: 100), store)
            #expect(found == stride(from: 9000, to: 0, by: -10).map { EffectID(rawValue: $0) })
        }
    }

    @Test func `two conditions that never meet end a page early, and in the end the list`() async throws {
        let store = try SQLiteStore(path: database.path)
        try await database.foreign().write { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
                    INSERT INTO effects (kind) SELECT iif(i = 2 OR i % 2, 'done', 'waiting') FROM n;
                    INSERT INTO outcomes (effect, outcome, run, account, kind, completed_at)
                    SELECT effect, 'completed', 1, account, kind, 0 FROM ready WHERE effect % 2;
                    DELETE FROM ready WHERE effect % 2;
                    """)
        }
        let query = EffectQuery(state: .completed, kind: "waiting")
        let first = try await store.effects(query)
        #expect(first.items == [] && first.next != nil)
        #expect(try await ids(query, store) == [])
        #expect(try await ids(EffectQuery(state: .ready, kind: "done"), store) == [EffectID(rawValue: 2)])
    }

    private func ids(_ query: EffectQuery, _ store: SQLiteStore) async throws -> [EffectID] {
        var (ids, query): ([EffectID], EffectQuery) = ([], query)
        repeat {
            let page = try await store.effects(query)
            ids += page.items.map(\.id)
            query.before = page.next
        } while query.before != nil
        return ids
    }
}
