import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The real executable, as a process of its own.
final class ServerProcess: Sendable {
    let port: Int
    let identifier: Int32
    private let program: Program
    private let log: URL

    private enum Program: Sendable {
        case foundation(Process)
        case spawned(SpawnedProgram)
    }

    /// Starts `ensue` with `arguments` plus a free port, and waits until it answers. A `lease` of nil is the default; a
    /// `launcher` is a program that becomes the one that follows it, like `env`.
    static func start(
        _ command: String, store: String, lease: Int? = 2, arguments: [String] = [],
        environment: [String: String] = [:], launcher: String? = nil, logs: String? = nil
    ) async throws -> ServerProcess {
        let port = try freePort()
        let arguments =
            [command, "--store", store, "--port", "\(port)"] + (lease.map { ["--lease", "\($0)"] } ?? []) + arguments
        let log = (logs ?? store) + ".\(port).log"
        let output = try makeLog(log)
        let program = try SpawnedProgram(
            launcher ?? executable.path, (launcher == nil ? [] : [executable.path]) + arguments,
            environment: environment, output: output.fileDescriptor)
        let server = ServerProcess(.spawned(program), program.identifier, port: port, log: log)
        do { try await server.waitUntilReady() } catch {
            server.signal(SIGKILL)
            throw error
        }
        return server
    }

    convenience init(_ process: Process, port: Int, log: String) throws {
        let output = try Self.makeLog(log)
        process.standardOutput = output
        process.standardError = output
        try process.run()
        self.init(.foundation(process), process.processIdentifier, port: port, log: log)
    }

    private init(_ program: Program, _ identifier: Int32, port: Int, log: String) {
        self.program = program
        self.identifier = identifier
        self.port = port
        self.log = URL(fileURLWithPath: log)
    }

    private static func makeLog(_ path: String) throws -> FileHandle {
        guard FileManager.default.createFile(atPath: path, contents: nil) else {
            throw EndToEndError("no log at \(path)")
        }
        return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    /// Beside the test bundle.
    static var executable: URL {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        var folder = bundle.deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appendingPathComponent("ensue")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
            folder.deleteLastPathComponent()
        }
        return URL(fileURLWithPath: ".build/debug/ensue")
    }

    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, streamType, 0)
        guard descriptor >= 0 else { throw EndToEndError("no socket") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
            }
        }
        guard bound else { throw EndToEndError("no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static var streamType: Int32 {
        #if canImport(Darwin)
            SOCK_STREAM
        #else
            Int32(SOCK_STREAM.rawValue)
        #endif
    }

    func signal(_ number: Int32) { if isRunning { kill(identifier, number) } }

    var isRunning: Bool {
        switch program {
        case .foundation(let process): process.isRunning
        case .spawned(let program): program.isRunning
        }
    }

    /// What it ended with, once it has ended.
    private var exitStatus: Int32 {
        switch program {
        case .foundation(let process): process.terminationStatus
        case .spawned(let program): program.exitStatus
        }
    }

    /// Ends it as `kill -9` does, and returns when it is gone.
    func killNow() async throws {
        signal(SIGKILL)
        try await waitUntilExit(within: .seconds(10))
    }

    /// Ends it as a supervisor does. Returns its exit status.
    @discardableResult
    func stop() async throws -> Int32 {
        signal(SIGTERM)
        try await waitUntilExit(within: .seconds(40))
        return exitStatus
    }

    func waitUntilExit(within span: Duration) async throws {
        try await eventually("process \(identifier) ends", within: span) { !isRunning }
    }

    /// What it has printed so far.
    func output() throws -> String { try String(contentsOf: log, encoding: .utf8) }

    func waitUntilReady() async throws {
        do {
            try await eventually("the server answers", within: .seconds(30)) {
                guard isRunning else { throw EndToEndError("the server has ended") }
                return await answers("/readyz")
            }
        } catch {
            throw EndToEndError("\(error); it printed:\n\(try output())")
        }
    }

    private func answers(_ path: String) async -> Bool {
        do { return try await request(.GET, path).status == 200 } catch { return false }
    }

    struct Answer: Sendable {
        let status: Int
        let body: String

        /// The member of the body's object; nil if there is none.
        func string(_ member: String) throws -> String? {
            let object = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
            return object?[member] as? String
        }
    }

    func get(_ path: String) async throws -> Answer { try await request(.GET, path) }

    func post(_ path: String, _ body: String) async throws -> Answer { try await request(.POST, path, body) }

    private func request(_ method: NIOHTTP1.HTTPMethod, _ path: String, _ body: String? = nil) async throws -> Answer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = method
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let bytes = try await response.body.collect(upTo: 1 << 22)
        return Answer(status: Int(response.status.code), body: String(buffer: bytes))
    }
}

struct EndToEndError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Asks until it holds. What other processes do can only be watched, not awaited.
func eventually(
    _ what: String, within span: Duration, _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + span
    while try await !condition() {
        guard ContinuousClock.now < end else { throw EndToEndError("not within \(span): \(what)") }
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// A folder that is removed with its last user.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("ensue-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    var store: String { url.appendingPathComponent("ensue.db").path }

    deinit { try? FileManager.default.removeItem(at: url) }
}
