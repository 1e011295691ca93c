import Foundation

extension HTTPSuite {
    /// Starts the server in a process of its own, on a fresh SQLite store or the one that is named.
    func serving<Value>(
        store: String? = nil, forgetful: Bool = false, _ body: (Int) async throws -> Value
    ) async throws -> Value {
        let fresh = folder.appendingPathComponent("http-\(UUID().uuidString).db").path
        let port = 18_932
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments =
            ["serve", store ?? fresh, "--port", "\(port)"] + (forgetful ? ["--forgetful"] : [])
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
            for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: fresh + suffix) {
                try? FileManager.default.removeItem(atPath: fresh + suffix)
            }
        }
        try await waitUntilReady(port, process)
        return try await body(port)
    }

    private func waitUntilReady(_ port: Int, _ process: Process) async throws {
        for _ in 0..<200 where process.isRunning {
            try await Task.sleep(for: .milliseconds(50))
            let question = Process()
            question.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            question.arguments = [
                "curl", "--silent", "--fail", "--output", "/dev/null", "http://127.0.0.1:\(port)/readyz",
            ]
            try question.run()
            question.waitUntilExit()
            if question.terminationStatus == 0 { return }
        }
        throw Wrk.Failure(description: "the server did not get ready on port \(port)")
    }
}
