import Ensue
import EnsueTesting
import Testing

@testable import EnsuePostgres

/// How rows of an adopted table become effects.
@Suite(.timeLimit(.minutes(5)))
struct AdoptionTests {
    private func adopting(_ body: (AdoptionBench) async throws -> Void) async throws {
        try await AdoptionBench.run { bench in
            try await bench.makeEffects()
            try await bench.adopt()
            try await body(bench)
        }
    }

    private func refusal(_ bench: AdoptionBench, _ change: (inout Adoption.Request) -> Void = { _ in }) async -> String
    {
        let error = await #expect(throws: TableRefusal.self) { try await bench.adopt(change) }
        return error?.description ?? ""
    }

    @Test func `rows that are inserted are effects in the same transaction, and updates cause none`() async throws {
        try await adopting { bench in
            try await bench.sql(
                """
                BEGIN; INSERT INTO {app}.fx (kind) VALUES ('test.work'); ROLLBACK;
                INSERT INTO {app}.fx (kind, payload)
                VALUES ('test.work', '{"RATESET": 90071992547409931.10}'), ('test.work', NULL);
                INSERT INTO {app}.fx (kind, completed) VALUES ('test.work', now());
                UPDATE {app}.fx SET payload = '{}'
                """)
            #expect(
                try await bench.sql("SELECT account, kind, payload, key FROM {ensue}.effects ORDER BY id")
                    == """
                    default|test.work|{"RATESET": 90071992547409931.10}|table:\(bench.app).fx:2
                    default|test.work|{}|table:\(bench.app).fx:3
                    """)
        }
    }

    @Test func `a bulk insert by someone without rights on the store is one statement`() async throws {
        try await adopting { bench in
            try await bench.sql(
                """
                SET ROLE {writer}; INSERT INTO {app}.fx (kind) SELECT 'test.work' FROM generate_series(1, 10000)
                """)
            #expect(try await bench.count("{ensue}.ready") == 10000)
            #expect(
                try await bench.count(
                    "{ensue}.adopted a JOIN {ensue}.effects e ON e.id = a.effect AND e.key LIKE '%:' || a.row_id")
                    == 10000)
        }
    }

    @Test func `a row that cannot be an effect is inserted all the same and becomes a rejection`() async throws {
        try await adopting { bench in
            try await bench.sql(
                """
                INSERT INTO {app}.fx (kind) VALUES ('not legal'), ('test.work'), (NULL), ('listener.mine'), ('')
                """)
            #expect(try await bench.sql("SELECT kind FROM {ensue}.effects") == "test.work")
            let rejections = try await bench.sql(
                "SELECT account, source, body::json->>'id', split_part(reason, 'handled: ', 2) FROM {ensue}.rejections "
                    + "ORDER BY id")
            let rule = "is not a legal name, which has 1 to 200 of A-Z a-z 0-9 _ . : / -"
            let source = "default|/table/\(bench.app).fx"
            #expect(
                rejections.split(separator: "\n") == [
                    "\(source)|1|its kind 'not legal' \(rule)", "\(source)|3|its kind is NULL",
                    "\(source)|4|the kind 'listener.mine' belongs to a listener", "\(source)|5|its kind '' \(rule)",
                ])
        }
    }

    @Test func `a row with the id of one that was handled before is not handled again, and that is kept`() async throws
    {
        try await adopting { bench in
            try await bench.sql("INSERT INTO {app}.fx (kind) VALUES ('test.work')")
            #expect(try await bench.handleAll().count == 1)
            try await bench.sql(
                "DELETE FROM {app}.fx; INSERT INTO {app}.fx (id, kind) OVERRIDING SYSTEM VALUE VALUES (1, 'test.work')")
            #expect(try await bench.handleAll().isEmpty)
            #expect(
                try await bench.sql("SELECT reason FROM {ensue}.rejections").contains("was handled before, as effect 1")
            )
        }
    }

    @Test func `rows that were there before are taken in, without those that are completed`() async throws {
        try await AdoptionBench.run { bench in
            try await bench.makeEffects()
            try await bench.sql(
                """
                INSERT INTO {app}.fx (kind, completed)
                SELECT CASE WHEN i = 7 THEN 'not legal' ELSE 'test.work' END, CASE WHEN i % 2 = 0 THEN now() END
                FROM generate_series(1, 10) i
                """)
            for _ in 1...2 { try await bench.adopt { $0.account = "acme" } }
            let keys = try await bench.sql("SELECT DISTINCT account, right(key, 2) FROM {ensue}.effects ORDER BY 2")
            #expect(keys == "acme|:1\nacme|:3\nacme|:5\nacme|:9")
            #expect(try await bench.count("{ensue}.rejections") == 1, "the same row is rejected once")
            #expect(try await bench.store.adoptions().map(\.isBackfilled) == [true])
        }
    }

    @Test func `a backfill that was interrupted goes on where it was`() async throws {
        try await AdoptionBench.run { bench in
            try await bench.makeEffects()
            try await bench.sql("INSERT INTO {app}.fx (kind) SELECT 'test.work' FROM generate_series(1, 10)")
            let request = Adoption.Request(table: "\(bench.app).fx")
            let adoption = try await bench.store.adopt(request)
            #expect(try await bench.store.backfill(adoption, limit: 4) == .init(rows: 4, requested: 4, isLast: false))
            let again = try await bench.store.adopt(request)
            #expect(!again.isBackfilled)
            #expect(try await bench.store.backfill(again, limit: 4) == .init(rows: 4, requested: 4, isLast: false))
            try await bench.sql("INSERT INTO {app}.fx (kind) VALUES ('test.work')")
            #expect(try await bench.store.backfill(again, limit: 4) == .init(rows: 3, requested: 2, isLast: true))
            #expect(try await bench.count("{ensue}.effects") == 11)
        }
    }

    @Test func `columns of other names, and ids of other types, are taken when they are named`() async throws {
        try await AdoptionBench.run { bench in
            try await bench.sql(
                """
                CREATE TYPE {app}.sort AS ENUM ('test.work');
                CREATE TABLE {app}.fx (
                    "Key" uuid UNIQUE DEFAULT gen_random_uuid(), "What" {app}.sort, args jsonb, done timestamptz,
                    said text)
                """)
            try await bench.sql("INSERT INTO {app}.fx (\"What\", args) VALUES ('test.work', '{\"n\": 1.50}')")
            try await bench.adopt { request in
                request.id = "Key"
                request.kind = "What"
                request.payload = "args"
                request.completed = "done"
                request.completion = "said"
            }
            try await bench.sql("INSERT INTO {app}.fx (\"What\", args) VALUES ('test.work', '{\"n\": 2.50}')")
            #expect(try await bench.handleAll().map(\.payload.text) == [#"{"n": 1.50}"#, #"{"n": 2.50}"#])
            #expect(
                try await bench.sql("SELECT said FROM {app}.fx WHERE done IS NOT NULL")
                    == "{\"ok\":1.50}\n{\"ok\":1.50}")
        }
    }

    @Test func `rows of partitions are effects whichever way they are inserted, and are completed`() async throws {
        try await AdoptionBench.run { bench in
            try await bench.sql(
                """
                CREATE TABLE {app}.fx (
                    id int PRIMARY KEY, kind text, payload json, completed_at timestamptz, output jsonb
                ) PARTITION BY RANGE (id);
                CREATE TABLE {app}.low PARTITION OF {app}.fx FOR VALUES FROM (0) TO (10);
                CREATE TABLE {app}.high PARTITION OF {app}.fx FOR VALUES FROM (10) TO (20);
                INSERT INTO {app}.low VALUES (1, 'test.work');
                """)
            try await bench.adopt()
            try await bench.sql(
                """
                INSERT INTO {app}.fx VALUES (2, 'test.work'), (12, 'no name');
                INSERT INTO {app}.high VALUES (11, 'test.work')
                """)
            try await bench.handleAll()
            #expect(try await bench.sql("SELECT id FROM {app}.fx WHERE output IS NOT NULL ORDER BY 1") == "1\n2\n11")
            #expect(try await bench.count("{ensue}.rejections") == 1)
        }
    }

    @Test func `a table without the columns is refused with those that it has`() async throws {
        try await AdoptionBench.run { bench in
            try await bench.sql(
                "CREATE TABLE {app}.fx (id int, kind text, payload text, completed_at date, output json)")
            #expect(await refusal(bench).contains("no primary key or unique index"))
            try await bench.sql("ALTER TABLE {app}.fx ADD PRIMARY KEY (id)")
            #expect(
                await refusal(bench).contains(
                    "payload of \(bench.app).fx is text; --payload needs one of the types json, jsonb"))
            #expect(
                await refusal(bench) { $0.kind = "sort" }.contains(
                    "no column sort for --kind; its columns are id (integer), kind"))
            try await bench.sql("ALTER TABLE {app}.fx DROP COLUMN output")
            #expect(await refusal(bench) { $0.payload = nil }.contains("payload"))
            #expect(try await bench.store.adoptions().isEmpty)
        }
    }

    @Test func `an adoption cannot change its keys, and is removed by any name of the table`() async throws {
        try await adopting { bench in
            #expect(await refusal(bench) { $0.account = "acme" }.contains("in the account default; remove that first"))
            try await bench.sql("INSERT INTO {app}.fx (kind) VALUES ('test.work')")
            #expect(try await bench.store.removeAdoption(of: "nothing") == nil)
            #expect(try await bench.store.removeAdoption(of: "\(bench.app).fx")?.open == 1)
            try await bench.sql("INSERT INTO {app}.fx (kind) VALUES ('test.work')")
            #expect(try await bench.count("{ensue}.effects") == 1)
            #expect(try await bench.store.adoptions().isEmpty)
        }
    }
}
