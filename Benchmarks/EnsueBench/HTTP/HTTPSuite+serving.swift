import Foundation

extension HTTPSuite {
    /// Starts the server in a process of its own, on a fresh SQLite store or the one that is named.
    func serving<Value>(
        store: String? = nil, forgetful: Bool = false, _ body: (Int) async throws -> Value
    ) async throws -> Value {
        let fresh = folder.appendingPathComponent("http.db").path
        try SQLiteSuite(folder: folder, rounds: 1).removeDatabase(fresh)
        defer { removeAfterwards(fresh) }
        let port = Int.random(in: 20_000..<30_000)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments =
            ["serve", store ?? fresh, "--port", "\(port)"] + (forgetful ? ["--forgetful"] : [])
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        try await waitUntilReady(port, process)
        let value = try await body(port)
        guard process.isRunning else { throw Wrk.Failure(description: "the server ended during the measurement") }
        return value
    }

    private func removeAfterwards(_ path: String) {
        do { try SQLiteSuite(folder: folder, rounds: 1).removeDatabase(path) } catch {
            FileHandle.standardError.write(Data("left behind: \(path): \(error)\n".utf8))
        }
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
            if question.terminationStatus == 0, process.isRunning { return }
        }
        throw Wrk.Failure(description: "the server did not get ready on port \(port)")
    }
}
