import Foundation
import Testing

/// What a newcomer does first, with the real executable.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ServeTests {
    @Test func `an effect inserted with plain SQL while the server runs is handled and readable`() async throws {
        let folder = try TemporaryFolder()
        let server = try await ServerProcess.start("serve", store: folder.store)
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        shell.arguments = [
            "sqlite3", folder.store,
            #"INSERT INTO effects (kind, payload) VALUES ('log', '{"message": "from the shell"}')"#,
        ]
        try shell.run()
        try await eventually("it is completed", within: .seconds(10)) {
            try await server.get("/v1/effects/1").string("state") == "completed"
        }
        #expect(shell.terminationStatus == 0)
        let checker = LedgerChecker(path: folder.store)
        #expect(try checker.count("SELECT count(*) FROM ledger WHERE state = 'completed' AND runs = 1") == 1)
        #expect(try await server.stop() == 0)
        #expect(try server.output().contains("from the shell"))
    }

    @Test func `an http request that fails is retried until the receiver takes it`() async throws {
        let folder = try TemporaryFolder()
        let server = try await ServerProcess.start("demo", store: folder.store)
        let answer = try await server.post(
            "/v1/events",
            #"{"type":"polls.PollCompleted","key":"poll-1","data":{"phone":"+46701740605","score":9}}"#)
        #expect(answer.status == 202)
        let checker = LedgerChecker(path: folder.store)
        try await eventually("the message is sent in its third run", within: .seconds(30)) {
            try checker.count(
                "SELECT count(*) FROM ledger WHERE kind = 'sms.send' AND state = 'completed' AND runs = 3") > 0
        }
        #expect(try await server.stop() == 0)
    }

    @Test func `a busy port is an error that names the remedy`() async throws {
        let folder = try TemporaryFolder()
        let server = try await ServerProcess.start("serve", store: folder.store)
        let second = Process()
        second.executableURL = ServerProcess.executable
        second.arguments = ["serve", "--store", folder.store, "--port", "\(server.port)"]
        let late = try ServerProcess(second, port: server.port, log: folder.store + ".second.log")
        try await late.waitUntilExit(within: .seconds(10))
        #expect(second.terminationStatus == 1)
        #expect(try late.output().contains("is in use"))
        #expect(try late.output().contains("--port"))
        try await server.stop()
    }
}
