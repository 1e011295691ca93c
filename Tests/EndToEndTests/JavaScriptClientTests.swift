import Foundation
import Testing

/// The JavaScript client, against the real executable: in Node, and in a real browser. The scripts are in `JavaScript/`.
@Suite(.serialized, .timeLimit(.minutes(8)))
struct JavaScriptClientTests {
    private let scripts = InstalledTool.checkout.appendingPathComponent("Tests/EndToEndTests/JavaScript")

    @Test func `in Node nothing is lost and nothing happens twice`() async throws {
        let node = try InstalledTool.node()
        let folder = try TemporaryFolder()
        let server = try await ServerProcess.start("serve", store: folder.store)
        try await InstalledTool.run(
            node, ["--test", "client.test.mjs", "failures.test.mjs"], in: scripts,
            environment: ["ENSUE_URL": "http://127.0.0.1:\(server.port)", "ENSUE_STORE": folder.store])
        try await server.stop()
    }

    @Test func `in a browser nothing is lost and nothing happens twice`() async throws {
        let output = try await InstalledTool.run(
            try InstalledTool.python(), ["-B", "-m", "unittest", "-v", "browser_test"], in: scripts,
            environment: ["ENSUE": ServerProcess.executable.path, "CHROMIUM": try InstalledTool.chromium()])
        #expect(output.contains("\nOK"), "\(output)")
    }
}
