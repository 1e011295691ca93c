import Ensue
import EnsuePostgres
import Testing

/// What a watched table's changes record.
@Suite(.timeLimit(.minutes(5)))
struct WatchTests {
    private func watching(
        _ change: (inout TableWatch.Request) -> Void = { _ in }, _ body: (AdoptionBench) async throws -> Void
    ) async throws {
        try await AdoptionBench.run { bench in
            try await bench.makeOrders()
            var request = TableWatch.Request(table: "\(bench.app).orders")
            change(&request)
            try await bench.store.watch(request)
            try await body(bench)
        }
    }

    @Test func `an insert, an update and a delete are events with the rows before and after`() async throws {
        try await watching { bench in
            try await bench.sql(
                """
                INSERT INTO {app}.orders VALUES (90071992547409931, 1.50);
                UPDATE {app}.orders SET total = 2.50;
                DELETE FROM {app}.orders
                """)
            let (one, two) = (
                #"{"id":90071992547409931,"total":1.50,"note":null}"#,
                #"{"id":90071992547409931,"total":2.50,"note":null}"#
            )
            #expect(
                try await bench.events() == [
                    #"orders.inserted|{"table":"orders","operation":"insert","old":null,"new":\#(one)}"#,
                    #"orders.updated|{"table":"orders","operation":"update","old":\#(one),"new":\#(two)}"#,
                    #"orders.deleted|{"table":"orders","operation":"delete","old":\#(two),"new":null}"#,
                ])
            #expect(
                try await bench.sql("SELECT DISTINCT source, account FROM {ensue}.events")
                    == "/table/\(bench.app).orders|default")
        }
    }

    @Test func `an event can be read and routed like any other`() async throws {
        try await watching { bench in
            try await bench.sql("INSERT INTO {app}.orders VALUES (1, 1)")
            #expect(try await bench.store.route(limit: 10).events == 1)
            let event = try await bench.store.event(EventID(rawValue: 1))
            #expect(event?.source?.key == "\(bench.app).orders")
        }
    }

    @Test func `what is rolled back records nothing`() async throws {
        try await watching { bench in
            try await bench.sql("BEGIN; INSERT INTO {app}.orders VALUES (1, 1); ROLLBACK")
            #expect(try await bench.events() == [])
        }
    }

    @Test func `only the operations that are asked for are recorded`() async throws {
        try await watching({ $0.operations = [.delete] }) { bench in
            try await bench.sql(
                "INSERT INTO {app}.orders VALUES (1, 1); UPDATE {app}.orders SET id = 2; DELETE FROM {app}.orders")
            #expect(try await bench.events().map { $0.prefix { $0 != "|" } } == ["orders.deleted"])
        }
    }

    @Test func `with columns, rows show these and updates that change none of them are not recorded`() async throws {
        try await watching({ $0.columns = ["total"] }) { bench in
            try await bench.sql(
                """
                INSERT INTO {app}.orders VALUES (1, NULL), (2, 5);
                UPDATE {app}.orders SET note = 'seen';
                UPDATE {app}.orders SET total = 5
                """)
            #expect(
                try await bench.events() == [
                    #"orders.inserted|{"table":"orders","operation":"insert","old":null,"new":{"total":null}}"#,
                    #"orders.inserted|{"table":"orders","operation":"insert","old":null,"new":{"total":5}}"#,
                    #"orders.updated|{"table":"orders","operation":"update","old":{"total":null},"new":{"total":5}}"#,
                ])
        }
    }

    @Test func `with a condition, only rows for which it holds are recorded, and columns still count`() async throws {
        let change = { (request: inout TableWatch.Request) in
            request.operations = [.insert, .update]
            request.columns = ["id", "total"]
            request.condition = "NEW.total > 100 -- of many"
        }
        try await watching(change) { bench in
            try await bench.sql(
                """
                INSERT INTO {app}.orders VALUES (1, 5), (2, 500);
                UPDATE {app}.orders SET note = 'seen';
                UPDATE {app}.orders SET total = total + 100 WHERE id = 1
                """)
            #expect(
                try await bench.sql("SELECT type, data->'new'->>'id' FROM {ensue}.events ORDER BY id")
                    == "orders.inserted|2\norders.updated|1")
        }
    }

    @Test func `a bulk update is one insert, whose rows are paired rightly although one row was planned for`()
        async throws
    {
        try await watching { bench in
            try await bench.sql(
                """
                CREATE TABLE {app}.statements (rows int);
                CREATE FUNCTION {app}.note() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO {app}.statements SELECT count(*) FROM n; RETURN NULL; END $$;
                CREATE TRIGGER note AFTER INSERT ON {ensue}.events REFERENCING NEW TABLE AS n
                FOR EACH STATEMENT EXECUTE FUNCTION {app}.note();
                INSERT INTO {app}.orders VALUES (1, 1); UPDATE {app}.orders SET total = 2;
                INSERT INTO {app}.orders SELECT i, i FROM generate_series(2, 10000) i;
                UPDATE {app}.orders SET id = -id, total = id * 2
                """)
            #expect(try await bench.sql("SELECT rows FROM {app}.statements") == "1\n1\n9999\n10000")
            #expect(
                try await bench.count(
                    """
                    {ensue}.events WHERE type = 'orders.updated' AND id > 3
                        AND (data->'old'->>'id')::int = -(data->'new'->>'id')::int
                    """) == 10000)
        }
    }

    @Test func `who writes needs no rights on the store and gets none`() async throws {
        try await watching { bench in
            try await bench.sql(
                """
                SET ROLE {writer}; SET TimeZone = 'Asia/Tokyo';
                INSERT INTO {app}.orders VALUES (1, 1); UPDATE {app}.orders SET total = 2; DELETE FROM {app}.orders
                """)
            #expect(try await bench.events().count == 3)
            let functions = try await bench.sql(
                """
                SELECT bool_and(prosecdef AND NOT has_function_privilege('{writer}', oid, 'EXECUTE')
                    AND proconfig::text LIKE '%search_path=pg_catalog, pg_temp%')
                FROM pg_proc WHERE pronamespace = '{ensue}'::regnamespace AND proname LIKE 'watch%'
                """)
            #expect(functions == "t")
            await #expect(throws: (any Error).self) {
                try await bench.sql("SET ROLE {writer}; INSERT INTO {ensue}.events (type) VALUES ('forged.Event')")
            }
        }
    }

    @Test func `rows of partitions are recorded whichever way they are written`() async throws {
        try await AdoptionBench.run { bench in
            try await bench.sql(
                """
                CREATE TABLE {app}.parts (id int, area text) PARTITION BY LIST (area);
                CREATE TABLE {app}.a PARTITION OF {app}.parts FOR VALUES IN ('a');
                """)
            let watch = try await bench.store.watch(.init(table: "\(bench.app).parts"))
            #expect(watch.isByRow)
            try await bench.sql(
                """
                CREATE TABLE {app}.b PARTITION OF {app}.parts FOR VALUES IN ('b');
                INSERT INTO {app}.parts VALUES (1, 'a'); INSERT INTO {app}.b VALUES (2, 'b'); UPDATE {app}.a SET id = 3
                """)
            #expect(
                try await bench.events().map { $0.prefix { $0 != "|" } }
                    == ["parts.inserted", "parts.inserted", "parts.updated"])
        }
    }

    @Test func `names that need quotes, and columns of all sorts, are recorded as they are`() async throws {
        try await AdoptionBench.run { bench in
            try await bench.sql(
                """
                CREATE TABLE {app}."Sales ""Orders""; {x}" (
                    "Id" int, "new" text, ensue text, raw bytea, doc jsonb, at timestamptz,
                    twice int GENERATED ALWAYS AS ("Id" * 2) STORED)
                """)
            let table = #"\#(bench.app).Sales "Orders"; {x}"#
            try await bench.store.watch(.init(table: table, name: "sales"))
            try await bench.store.watch(
                .init(
                    table: table, operations: [.insert], columns: ["Id", "new"],
                    condition: #"NEW."Id" > 0 OR '{a}' = ANY ('{schema}'::text[])"#, name: "few"))
            try await bench.sql(
                #"""
                SET TimeZone = 'Asia/Tokyo'; SET bytea_output = 'escape';
                INSERT INTO {app}."Sales ""Orders""; {x}" VALUES (1, 'n', 'e', '\x00ff', '{"n":1.50}', '2026-01-01Z')
                """#)
            let images = try await bench.sql(
                "SELECT replace((data->'new')::text, ' ', '') FROM {ensue}.events ORDER BY type")
            #expect(
                images.split(separator: "\n") == [
                    #"{"Id":1,"new":"n"}"#,
                    #"{"Id":1,"new":"n","ensue":"e","raw":"\\x00ff","doc":{"n":1.50},"#
                        + #""at":"2026-01-01T00:00:00+00:00","twice":2}"#,
                ])
        }
    }
}
