import Foundation
import PostgresServer
import Testing

/// `ensue watch`, `ensue adopt` and `ensue migrate` as people run them, on a database of their own.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct AdoptTests {
    private struct Answer {
        let status: Int32
        let output: String
    }

    private let server: PostgresServer
    private let database = "adopt_\(UInt64.random(in: .min ... .max))"

    init() async throws {
        server = try await .shared()
        try await server.createDatabase(database)
    }

    private var address: String { server.address(database: database) }

    @discardableResult
    private func sql(_ text: String) async throws -> String { try await server.psql(text, database: database) }

    private func ensue(_ arguments: String..., store: String? = nil) async throws -> Answer {
        let process = Process()
        process.executableURL = ServerProcess.executable
        process.arguments = arguments + ["--store", store ?? address]
        let command = try ServerProcess(process, port: 0, log: NSTemporaryDirectory() + "ensue-\(UUID().uuidString)")
        try await command.waitUntilExit(within: .seconds(30))
        return Answer(status: process.terminationStatus, output: try command.output())
    }

    @Test func `a table of effects is taken over, handled and completed by a server`() async throws {
        try await sql(
            """
            CREATE TABLE effect_handler_fxtable (
                id bigserial PRIMARY KEY, kind text, payload json, created timestamp DEFAULT now(), completed timestamp,
                completion_payload json);
            INSERT INTO effect_handler_fxtable (kind, payload) VALUES ('log', '{"message":"before"}');
            """)
        let adopted = try await ensue("adopt", "public.effect_handler_fxtable")
        #expect(adopted.status == 0, "\(adopted.output)")
        #expect(adopted.output.contains("1 effects were requested for rows that were there already; 1 were looked at."))

        let folder = try TemporaryFolder()
        let port = try ServerProcess.freePort()
        let process = Process()
        process.executableURL = ServerProcess.executable
        process.arguments = ["serve", "--store", address, "--port", "\(port)"]
        let running = try ServerProcess(process, port: port, log: folder.store + ".log")
        try await running.waitUntilReady()
        try await sql(
            """
            INSERT INTO effect_handler_fxtable (kind, payload)
            VALUES ('log', '{"message":"after"}'), ('no such kind', '{}')
            """)
        try await eventually("both rows are completed", within: .seconds(20)) {
            try await sql("SELECT count(*) FROM effect_handler_fxtable WHERE completed IS NOT NULL") == "2"
        }
        try await running.stop()
        #expect(try await sql("SELECT count(*) FROM ensue.rejections") == "1")

        let list = try await ensue("adopt", "--list")
        #expect(list.output.contains("public.effect_handler_fxtable  id,kind,payload"), "\(list.output)")
        #expect(try await ensue("adopt", "--list", "--json").output.hasPrefix(#"[{"account":"default","columns":{"#))
        #expect(try await ensue("adopt", "--remove", "effect_handler_fxtable").output.contains("no longer adopted"))
        #expect(try await ensue("adopt", "--remove", "effect_handler_fxtable").status == 1)
    }

    @Test func `a table is watched, listed and watched no longer`() async throws {
        try await sql("CREATE TABLE orders (id int PRIMARY KEY, total numeric)")
        let added = try await ensue(
            "watch", "add", "public.orders", "--on", "insert,update", "--columns", "id,total", "--when",
            "NEW.total > 100")
        #expect(added.output.hasPrefix("Changes of public.orders are recorded as orders.inserted, orders.updated.\n"))
        try await sql("INSERT INTO orders VALUES (1, 50), (2, 500)")
        #expect(try await sql("SELECT data->'new'->>'id' FROM ensue.events") == "2")
        let list = try await ensue("watch", "list")
        #expect(
            list.output == """
                name    table          on             columns   when             account
                orders  public.orders  insert,update  id,total  NEW.total > 100  default

                """)
        #expect(try await ensue("watch", "list", "--json").output.contains(#""condition":"NEW.total > 100""#))
        let refused = try await ensue("watch", "add", "orders", "--when", "NEW.nope")
        #expect(refused.status == 1)
        #expect(refused.output.contains("column new.nope does not exist"))
        #expect(
            try await ensue("watch", "add", "orders", "--on", "truncate").output.contains("there are insert, update"))
        #expect(try await ensue("watch", "remove", "public.orders").status == 0)
        #expect(try await ensue("watch", "remove", "public.orders").output.contains("is not watched"))
        #expect(try await ensue("watch", "list").output == "No table is watched.\n")
    }

    @Test func `a schema is brought up to date, once its SQL has been shown to someone without rights`() async throws {
        let role = "reader_\(database)"
        try await sql("CREATE ROLE \(role) LOGIN PASSWORD 'reader'; REVOKE CREATE ON DATABASE \(database) FROM PUBLIC")
        let asReader = address.replacing("postgres:postgres@", with: "\(role):reader@")
        let shown = try await ensue("migrate", "--dry-run", store: asReader)
        #expect(shown.status == 0)
        #expect(shown.output.hasPrefix("-- Brings the schema 'ensue' from number 0 to 2.\nBEGIN;\nSET LOCAL"))
        #expect(try await sql("SELECT to_regnamespace('ensue') IS NULL") == "t")
        #expect(try await ensue("migrate", store: asReader).status == 2)

        try await sql(shown.output)
        #expect(try await ensue("migrate").output == "The schema 'ensue' is up to date: number 2.\n")
        try await sql("DROP SCHEMA ensue CASCADE")
        #expect(try await ensue("migrate").output == "The schema 'ensue' was number 0 and is 2 now.\n")
        #expect(try await ensue("migrate", "--dry-run").output == "-- The schema 'ensue' is up to date: number 2.\n")
        try await sql("DROP OWNED BY \(role); DROP ROLE \(role)")
    }

    @Test func `an SQLite file is brought up to date, and cannot watch or adopt`() async throws {
        let folder = try TemporaryFolder()
        #expect(
            try await ensue("migrate", "--dry-run", store: folder.store).output.contains("there is nothing to show"))
        #expect(!FileManager.default.fileExists(atPath: folder.store))
        #expect(try await ensue("migrate", store: folder.store).status == 0)
        #expect(FileManager.default.fileExists(atPath: folder.store))
        for arguments in [["watch", "list"], ["adopt", "orders"]] {
            let answer = try await ensue(arguments[0], arguments[1], store: folder.store)
            #expect(answer.status == 1)
            #expect(answer.output.contains("needs a PostgreSQL store"))
        }
    }
}
