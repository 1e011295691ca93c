import Foundation
import Testing

/// `Examples/JavaScriptPage` and `Examples/Python`, with the server of `Examples/OwnHandlers`.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ExamplesScriptsTests {
    private let examples = InstalledTool.checkout.appendingPathComponent("Examples")

    @Test func `a page records events, by keyboard, in the dark and on a telephone`() async throws {
        try await InstalledTool.run(
            try InstalledTool.python(), ["-B", "-m", "unittest", "-v", "page_example_test"],
            in: InstalledTool.checkout.appendingPathComponent("Tests/EndToEndTests/JavaScript"),
            environment: [
                "ENSUE": ServerProcess.executable.path, "CHROMIUM": try InstalledTool.chromium(),
                "EXAMPLES": examples.path,
            ])
    }

    @Test func `a Python program records, requests, and completes what was deferred`() async throws {
        let folder = try TemporaryFolder()
        let port = try ServerProcess.freePort()
        try await ServerProcess.running(
            "OwnHandlers", ["serve", "--store", folder.store, "--port", "\(port)"], port: port,
            environment: ["CONTACTS": folder.store + ".contacts"], in: folder, answering: "/readyz"
        ) { _ in
            func review(_ answer: String) async throws -> String {
                try await InstalledTool.run(
                    "/usr/bin/env",
                    [
                        "python3", "-B", "Python/review.py", "1.2", "--answer", answer, "--server",
                        "http://127.0.0.1:\(port)",
                    ], in: examples, within: .seconds(90))
            }
            let first = try await review("yes")
            #expect(
                first == """
                    event 1: release 1.2 is prepared
                    effect 1: the review is requested
                    effect 1: completed, {"approved": true}

                    """)
            let second = try await review("no")
            #expect(
                second == """
                    event 1: release 1.2 is prepared
                    effect 1: requested before
                    effect 1: completed, {"approved": true}

                    """, "a second run changes nothing")
        }
    }
}
