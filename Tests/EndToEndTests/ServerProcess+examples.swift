import Foundation

extension ServerProcess {
    /// Runs a program of `Examples/` that serves HTTP until `body` returns or throws, and shows what it printed if it
    /// throws.
    static func running(
        _ program: String, _ arguments: [String], port: Int, environment: [String: String], in folder: TemporaryFolder,
        answering path: String, _ body: (ServerProcess) async throws -> Void
    ) async throws {
        let process = Process()
        process.executableURL = ServerProcess.executable.deletingLastPathComponent().appendingPathComponent(program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let server = try ServerProcess(process, port: port, log: "\(folder.store).\(port).log")
        do {
            try await eventually("\(program) answers \(path)", within: .seconds(30)) {
                guard server.isRunning else { throw EndToEndError("\(program) has ended") }
                // Nothing listens there yet.
                do { return try await server.get(path).status == 200 } catch { return false }
            }
            try await body(server)
        } catch {
            let output = try server.output()
            try await server.killNow()
            throw EndToEndError("\(error); \(program) printed:\n\(output)")
        }
        let status = try await server.stop()
        guard status == 0 else { throw EndToEndError("\(program) ended with \(status):\n\(try server.output())") }
    }
}
