import Foundation

/// The real executable in a folder of its own, run as people and scripts run it.
struct CommandLineProgram: Sendable {
    let folder: TemporaryFolder
    /// Given before each command's own.
    var environment: [String: String] = [:]

    struct Run: Sendable {
        let status: Int32
        let output: String
        let errors: String

        var lines: [String] { output.split(separator: "\n").map(String.init) }

        /// The objects of an output with one a line.
        var objects: [[String: any Sendable]] {
            get throws {
                try lines.map { line in
                    let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                    guard let object = object as? [String: any Sendable] else {
                        throw EndToEndError("no object: \(line)")
                    }
                    return object
                }
            }
        }
    }

    init() throws { folder = try TemporaryFolder() }

    func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    }

    /// Runs a command to its end.
    func callAsFunction(
        _ arguments: String..., input: String = "", environment more: [String: String] = [:]
    ) async throws -> Run {
        try await run([ServerProcess.executable.path] + arguments, input, more)
    }

    /// Runs a command to its end at a terminal of `width` columns, where errors go as well.
    func atTerminal(
        width: Int, _ arguments: String..., environment more: [String: String] = [:]
    ) async throws -> Run {
        let command = ([ServerProcess.executable.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
        let line = "stty cols \(width) rows 40; \(command)"
        let tool = "/usr/bin/script"
        guard FileManager.default.isExecutableFile(atPath: tool) else {
            throw EndToEndError("there is no \(tool); install util-linux (Debian: bsdutils)")
        }
        var environment = ["TERM": "xterm", "SHELL": "/bin/sh", "NO_COLOR": ""]
        environment.merge(more) { $1 }
        return try await run([tool, "-q", "-e", "-c", line, "/dev/null"], "", environment)
    }

    /// Runs a line of the shell to its end, in which `$ENSUE` is the program; all of a pipe count.
    func inShell(_ line: String) async throws -> Run {
        try await run(["bash", "-c", "set -o pipefail; \(line)"], "", ["ENSUE": ServerProcess.executable.path])
    }

    /// Starts a command that goes on.
    func start(_ arguments: String...) throws -> (program: SpawnedProgram, output: @Sendable () throws -> String) {
        let files = try files(input: "")
        let program = try SpawnedProgram(
            "/bin/sh", shell(files) + [ServerProcess.executable.path] + arguments,
            environment: environment, output: FileHandle.nullDevice.fileDescriptor)
        return (program, { try String(contentsOfFile: files.output, encoding: .utf8) })
    }

    private typealias Files = (input: String, output: String, errors: String)

    private func files(input: String) throws -> Files {
        let id = UUID().uuidString
        let files = (path("\(id).in"), path("\(id).out"), path("\(id).err"))
        try input.write(toFile: files.0, atomically: true, encoding: .utf8)
        for empty in [files.1, files.2] { try "".write(toFile: empty, atomically: true, encoding: .utf8) }
        return files
    }

    /// A shell that opens the files and becomes the program behind it.
    private func shell(_ files: Files) -> [String] {
        [
            "-c", #"cd "$0" && in=$1 out=$2 err=$3 && shift 3 && exec "$@" <"$in" >"$out" 2>"$err""#, folder.url.path,
            files.input, files.output, files.errors,
        ]
    }

    private func run(_ words: [String], _ input: String, _ more: [String: String]) async throws -> Run {
        let files = try files(input: input)
        let program = try SpawnedProgram(
            "/bin/sh", shell(files) + words, environment: environment.merging(more) { $1 },
            output: FileHandle.nullDevice.fileDescriptor)
        try await eventually("\(words) ends", within: .seconds(60)) { !program.isRunning }
        return Run(
            status: program.exitStatus, output: try String(contentsOfFile: files.output, encoding: .utf8),
            errors: try String(contentsOfFile: files.errors, encoding: .utf8))
    }
}
