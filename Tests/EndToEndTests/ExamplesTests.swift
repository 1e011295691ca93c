import Foundation
import PostgresServer
import Testing

/// The programs in `Examples/`, as people run them, on a database of their own.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ExamplesTests {
    private let server: PostgresServer
    private let database = "examples_\(UInt64.random(in: .min ... .max))"

    init() async throws {
        server = try await .shared()
        try await server.createDatabase(database)
    }

    @discardableResult
    private func sql(_ text: String) async throws -> String { try await server.psql(text, database: database) }

    /// Runs a program that was built beside `ensue` and returns what it printed.
    private func run(_ program: String, _ arguments: String...) async throws -> String {
        let process = Process()
        process.executableURL = ServerProcess.executable.deletingLastPathComponent().appendingPathComponent(program)
        process.arguments = arguments
        let folder = try TemporaryFolder()
        let example = try ServerProcess(process, port: 0, log: folder.store + ".log")
        try await example.waitUntilExit(within: .seconds(90))
        let output = try example.output()
        #expect(process.terminationStatus == 0, "\(output)")
        return output
    }

    @Test func `a program that transfers money does so once, however often it is run`() async throws {
        let results = """
            anna: 70
            bert: 30
            cleo: 50
            transfer-1 transfer.money completed in run 1: {"left":70}
            transfer-2 transfer.money completed in run 1: {"left":30}
            transfer-3 transfer.money failed in run 1: cleo has less than 1000
            transfer-4 transfer.money failed in run 1: there is no account 'nobody'

            """
        #expect(try await run("ExactlyOnce", server.address(database: database)) == results)
        let again = results.split(separator: "\n").map { $0.hasPrefix("transfer-") ? "\($0) (requested before)" : $0 }
        #expect(
            try await run("ExactlyOnce", server.address(database: database)) == again.joined(separator: "\n") + "\n")

        #expect(try await sql("SELECT name, balance FROM accounts ORDER BY 1") == "anna|70\nbert|30\ncleo|50")
        #expect(try await sql("SELECT count(*) FROM ensue.effects WHERE kind = 'transfer.money'") == "4")
        #expect(
            try await sql("SELECT data->>'amount' FROM ensue.events ORDER BY 1") == "20\n30",
            "a transfer that failed records nothing")
    }

    @Test func `another client requests in its own transaction, and a rollback leaves nothing`() async throws {
        let address = server.address(database: database)
        #expect(try await run("ensue", "migrate", "--store", address).contains("is 2 now"))
        let output = try await run("OwnTransaction", address)
        #expect(
            output == """
                order 1 of anna requests effect 1
                order 2 of bert requests effect 2
                the order of bert is rolled back
                anna mail.send ready anna@example.com

                """)
        #expect(try await sql("SELECT customer FROM orders") == "anna")
        #expect(try await sql("SELECT key, state, payload->>'order' FROM ensue.ledger") == "order-1|ready|1")
    }
}
