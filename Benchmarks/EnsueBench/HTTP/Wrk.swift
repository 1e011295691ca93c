import Foundation

/// What the load generator `wrk` measured.
struct Wrk {
    let requestsPerSecond: Double
    /// In milliseconds.
    let p99: Double

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Sends what the Lua `script` makes, for `seconds`, over so many connections. Throws if an answer was not 2xx.
    init(port: Int, script: String, connections: Int, seconds: Int) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ensue-wrk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("load.lua")
        try Data(script.utf8).write(to: file)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "wrk", "--threads", "1", "--connections", "\(connections)", "--duration", "\(seconds)s", "--latency",
            "--timeout", "10s", "--script", file.path, "http://127.0.0.1:\(port)",
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        try FileManager.default.removeItem(at: folder)
        guard process.terminationStatus == 0, let rate = Self.rate(output), let p99 = Self.p99(output) else {
            throw Failure(description: "wrk failed; is it installed (Debian's package wrk)? It printed: \(output)")
        }
        guard !output.contains("Non-2xx"), !output.contains("Socket errors") else {
            throw Failure(description: "some requests failed: \(output)")
        }
        (requestsPerSecond, self.p99) = (rate, p99)
    }

    private static func rate(_ output: String) -> Double? {
        output.firstMatch(of: /Requests\/sec:\s+([0-9.]+)/).flatMap { Double($0.1) }
    }

    private static func p99(_ output: String) -> Double? {
        guard let match = output.firstMatch(of: /99%\s+([0-9.]+)(us|ms|s)\s/), let value = Double(match.1) else {
            return nil
        }
        return switch match.2 {
        case "us": value / 1000
        case "ms": value
        default: value * 1000
        }
    }
}
