import Foundation

/// A program that `Scripts/python-tools` installs.
struct PythonTool: Sendable {
    let name: String

    struct Result: Sendable {
        let status: Int32
        let output: String
    }

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Runs it to its end, and returns what it printed.
    func run(
        _ arguments: [String], environment: [String: String] = [:], in folder: TemporaryFolder, within span: Duration
    ) async throws -> Result {
        let path = Self.root.appendingPathComponent(".build/python/bin/\(name)").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw EndToEndError("\(name) is missing; Scripts/python-tools installs it, and `make setup` calls that")
        }
        let log = folder.url.appendingPathComponent("\(name).log")
        guard FileManager.default.createFile(atPath: log.path, contents: nil) else {
            throw EndToEndError("no log at \(log.path)")
        }
        let output = try FileHandle(forWritingTo: log)
        let program = try SpawnedProgram(path, arguments, environment: environment, output: output.fileDescriptor)
        do { try await eventually("\(name) ends", within: span) { !program.isRunning } } catch {
            kill(program.identifier, SIGKILL)
            throw EndToEndError("\(error); it printed:\n\(try String(contentsOf: log, encoding: .utf8))")
        }
        return Result(status: program.exitStatus, output: try String(contentsOf: log, encoding: .utf8))
    }
}
