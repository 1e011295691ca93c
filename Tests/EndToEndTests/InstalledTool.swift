import Foundation
import Testing

/// A program that the tests need and do not build. Without it they fail, and say what is to be done.
enum InstalledTool {
    /// The project's own folder.
    static let checkout = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func node() throws -> String { try find(["node"], package: "nodejs (18 or newer)") }

    static func chromium() throws -> String {
        try find(
            [
                "chromium", "chromium-browser", "google-chrome",
                "/Applications/Chromium.app/Contents/MacOS/Chromium",
                "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            ], package: "chromium")
    }

    /// The Python that has what `Scripts/python-tools` installs.
    static func python() throws -> String {
        let path = checkout.appendingPathComponent(".build/python/bin/python").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw EndToEndError("the Python tools are missing: run Scripts/setup, or Scripts/python-tools alone")
        }
        return path
    }

    /// The first of `names` that is there; those with a slash are paths.
    private static func find(_ names: [String], package: String) throws -> String {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        for name in names {
            let paths = name.contains("/") ? [name] : folders.map { "\($0)/\(name)" }
            if let path = paths.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) { return path }
        }
        throw EndToEndError("\(names[0]) is missing: run Scripts/setup, or install \(package)")
    }

    /// Runs a program to its end and returns what it printed; the test fails with that if the program does.
    @discardableResult
    static func run(
        _ program: String, _ arguments: [String], in folder: URL = checkout, environment: [String: String] = [:],
        within span: Duration = .seconds(240)
    ) async throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let files = try TemporaryFolder()
        let running = try ServerProcess(process, port: 0, log: files.store + ".log")
        do { try await running.waitUntilExit(within: span) } catch {
            try await running.killNow()
            throw EndToEndError("\(error); it printed:\n\(try running.output())")
        }
        let output = try running.output()
        #expect(process.terminationStatus == 0, "\(program) \(arguments) printed:\n\(output)")
        return output
    }
}
