internal import Foundation
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A program run to its end without blocking a thread of the cooperative pool.
struct Command {
    let executable: URL
    let arguments: [String]
    let input: String

    init(_ executable: URL, _ arguments: [String], input: String = "", asServerUser: Bool = false) {
        self.input = input
        if asServerUser, let user = ServerUser.instead {
            let runuser = URL(filePath: "/usr/sbin/runuser")
            let isThere = FileManager.default.isExecutableFile(atPath: runuser.path)
            self.executable = isThere ? runuser : URL(filePath: "/usr/bin/sudo")
            self.arguments = ["-u", user.name, "--", executable.path] + arguments
        } else {
            self.executable = executable
            self.arguments = arguments
        }
    }

    /// Starts it without waiting for its end; what it writes is appended to the log.
    func start(log: URL) throws -> Daemon {
        let descriptor = open(log.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw PostgresServerError("\(log.path): \(lastSystemError())") }
        let output = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let daemon = Daemon()
        let process = makeProcess(input: .nullDevice, output: output, errors: output)
        process.terminationHandler = { _ in daemon.end() }
        try Self.launch(process)
        return daemon
    }

    /// What it wrote to its output, without the last line's end. A cancelled task ends it with SIGTERM.
    ///
    /// Throws what it wrote to its errors when it ends with another status than 0.
    @discardableResult
    func run() async throws -> String {
        // Files, not pipes: nothing can fill up.
        let output = try scratchFile()
        let errors = try scratchFile()
        let process = makeProcess(input: try scratchFile(input), output: output, errors: errors)
        let status = try await end(of: process)
        guard status == 0 else {
            let name = executable.lastPathComponent
            let text = try contents(of: errors) + contents(of: output)
            throw PostgresServerError("\(name) \(arguments.joined(separator: " ")): status \(status)\n\(text)")
        }
        return try contents(of: output)
    }

    private func makeProcess(input: FileHandle, output: FileHandle, errors: FileHandle) -> Process {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: "/")
        process.environment = Self.environment
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        return process
    }

    private func end(of process: Process) async throws -> Int32 {
        let progress = Mutex(Progress.starting)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                process.terminationHandler = { process in
                    progress.withLock { $0 = .ended }
                    continuation.resume(returning: process.terminationStatus)
                }
                do {
                    try Self.launch(process)
                } catch {
                    continuation.resume(throwing: error)
                    return
                }
                let identifier = process.processIdentifier
                progress.withLock { $0.started(identifier) }
            }
        } onCancel: {
            progress.withLock { $0.cancel() }
        }
    }

    private static let launching = Mutex(())

    /// On Linux, Foundation takes a process for ended once nobody holds a socket that the process inherited. One at a
    /// time, so that no server inherits a command's; and for the same reason nothing here may daemonise itself.
    private static func launch(_ process: Process) throws {
        try launching.withLock { _ in
            // A thread of the pool blocks all signals, and its children would be born deaf to them.
            var none = sigset_t()
            var before = sigset_t()
            sigemptyset(&none)
            pthread_sigmask(SIG_SETMASK, &none, &before)
            defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
            try process.run()
        }
    }

    /// Without the variables that would lead PostgreSQL's programs elsewhere (PGHOST, PGSERVICE, …), and in English.
    private static let environment: [String: String] = {
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PG") }
        environment["LC_ALL"] = "C"
        return environment
    }()
}

/// A program that goes on.
final class Daemon: Sendable {
    private let ended = Mutex(false)

    var hasEnded: Bool { ended.withLock { $0 } }

    fileprivate func end() {
        ended.withLock { $0 = true }
    }
}

/// The process of a command, to be ended by a cancelled task at any time.
private enum Progress {
    case starting
    case cancelledEarly
    case running(pid_t)
    case ended

    mutating func started(_ process: pid_t) {
        switch self {
        case .starting: self = .running(process)
        case .cancelledEarly: kill(process, SIGTERM)
        case .running, .ended: break
        }
    }

    mutating func cancel() {
        switch self {
        case .starting: self = .cancelledEarly
        case .running(let process): kill(process, SIGTERM)
        case .cancelledEarly, .ended: break
        }
    }
}

/// A file without a name, gone with the last process that has it open.
private func scratchFile(_ text: String = "") throws -> FileHandle {
    var path = Array("\(FileManager.default.temporaryDirectory.path)/command-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    guard descriptor >= 0 else { throw PostgresServerError("no temporary file: \(lastSystemError())") }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(path)
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try file.write(contentsOf: Data(text.utf8))
    try file.seek(toOffset: 0)
    return file
}

private func contents(of file: FileHandle) throws -> String {
    try file.seek(toOffset: 0)
    let text = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
}
