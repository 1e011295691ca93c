import Ensue
import EnsuePostgres
import Testing

/// Which tables are watched, and how that changes.
@Suite(.timeLimit(.minutes(5)))
struct WatchListTests {
    /// Runs `body` with the table `orders`, and what is asked for it.
    private func withOrders(_ body: (AdoptionBench, TableWatch.Request) async throws -> Void) async throws {
        try await AdoptionBench.run { bench in
            try await bench.makeOrders()
            try await body(bench, TableWatch.Request(table: "\(bench.app).orders"))
        }
    }

    private func refusal(_ bench: AdoptionBench, _ request: TableWatch.Request) async throws -> String {
        let error = await #expect(throws: TableRefusal.self) { try await bench.store.watch(request) }
        return error?.description ?? ""
    }

    @Test func `adding the same again replaces it`() async throws {
        try await withOrders { bench, request in
            var request = request
            try await bench.store.watch(request)
            try await bench.store.watch(request)
            request.operations = [.insert]
            request.account = "acme"
            try await bench.store.watch(request)
            try await bench.sql("INSERT INTO {app}.orders VALUES (1, 1); DELETE FROM {app}.orders")
            #expect(try await bench.sql("SELECT type, account FROM {ensue}.events") == "orders.inserted|acme")
            let watches = try await bench.store.watches()
            #expect(watches.map(\.name) == ["orders"])
            #expect(watches.map(\.operations) == [[.insert]])
        }
    }

    @Test func `watches of one table under several names are apart, and go by name or by table`() async throws {
        try await withOrders { bench, request in
            for name in ["one", "two", "three"] {
                var request = request
                request.name = name
                try await bench.store.watch(request)
            }
            #expect(try await bench.store.removeWatches("two").map(\.name) == ["two"])
            try await bench.sql("INSERT INTO {app}.orders VALUES (1, 1)")
            #expect(
                try await bench.sql("SELECT type FROM {ensue}.events ORDER BY type") == "one.inserted\nthree.inserted")
            #expect(try await bench.store.removeWatches("\(bench.app).orders").map(\.name) == ["one", "three"])
            try await bench.sql("INSERT INTO {app}.orders VALUES (2, 2)")
            #expect(try await bench.count("{ensue}.events") == 2)
            #expect(
                try await bench.count("pg_proc WHERE pronamespace = '{ensue}'::regnamespace AND proname LIKE 'watch%'")
                    == 0)
            #expect(try await bench.store.removeWatches("orders").isEmpty)
        }
    }

    @Test func `a table that is gone is listed as such and can be removed`() async throws {
        try await withOrders { bench, request in
            try await bench.store.watch(request)
            try await bench.sql("DROP TABLE {app}.orders")
            #expect(try await bench.store.watches().map(\.isDropped) == [true])
            #expect(try await bench.store.removeWatches("orders").count == 1)
        }
    }

    @Test func `a table that was renamed is still watched`() async throws {
        try await withOrders { bench, request in
            try await bench.store.watch(request)
            try await bench.sql(
                "ALTER TABLE {app}.orders RENAME TO purchases; INSERT INTO {app}.purchases VALUES (1, 1)")
            #expect(try await bench.count("{ensue}.events WHERE type = 'orders.inserted'") == 1)
            #expect(try await bench.store.removeWatches("\(bench.app).purchases").count == 1)
        }
    }

    @Test func `a condition that does not suit is refused with the server's words, and nothing is changed`()
        async throws
    {
        try await withOrders { bench, request in
            var request = request
            for (condition, words) in [
                ("NEW.nope > 1", "column new.nope does not exist"), ("NEW.total", "must be type boolean"),
                ("OLD.total > 1", "INSERT trigger's WHEN condition cannot reference OLD values"),
                ("true) EXECUTE FUNCTION f(); DROP TABLE orders; --", "syntax error"),
            ] {
                request.condition = condition
                let refusal = try await refusal(bench, request)
                #expect(refusal.contains(words))
            }
            #expect(try await bench.store.watches().isEmpty)
            #expect(try await bench.count("{app}.orders") == 0)
        }
    }

    @Test func `tables and columns that are not there, and names that cannot be, are refused in words that help`()
        async throws
    {
        try await withOrders { bench, request in
            var columns = request
            columns.columns = ["id", "nope"]
            #expect(
                try await refusal(bench, columns).contains("its columns are id (bigint), total (numeric), note (text)"))
            for (table, words) in [
                ("nothing", "there is no table nothing"), (#"a.b.c.d""#, "is not the name of a table"),
                ("pg_class", "not a table of another program"),
                ("\(bench.schema.name).events", "not a table of another"),
            ] {
                #expect(try await refusal(bench, .init(table: table)).contains(words))
            }
            for name in ["with blank", "ensue.mine"] {
                var named = request
                named.name = name
                #expect(try await refusal(bench, named).contains("--name"))
            }
            try await bench.sql("CREATE TABLE {app}.other (id int); CREATE VIEW {app}.seen AS SELECT 1")
            try await bench.store.watch(request)
            #expect(try await refusal(bench, .init(table: "\(bench.app).other", name: "orders")).contains("--name"))
            #expect(try await refusal(bench, .init(table: "\(bench.app).seen")).contains("is a view"))
        }
    }
}
