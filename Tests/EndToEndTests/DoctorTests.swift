import Ensue
import Foundation
import GRDB
import Testing

/// `ensue doctor` as people and monitors run it.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DoctorTests {
    private struct Examination {
        let status: Int32
        let output: String

        var findings: [Finding] {
            get throws { try JSONDecoder().decode([Finding].self, from: Data(output.utf8)) }
        }
    }

    private func doctor(_ store: String, _ arguments: String...) async throws -> Examination {
        let process = Process()
        process.executableURL = ServerProcess.executable
        process.arguments = ["doctor", "--store", store] + arguments
        let doctor = try ServerProcess(process, port: 0, log: NSTemporaryDirectory() + "doctor-\(UUID().uuidString)")
        try await doctor.waitUntilExit(within: .seconds(20))
        return Examination(status: process.terminationStatus, output: try doctor.output())
    }

    @Test func `a store at work is healthy, and one with an effect that nobody handles is not`() async throws {
        let folder = try TemporaryFolder()
        let server = try await ServerProcess.start("serve", store: folder.store)
        let healthy = try await doctor(folder.store, "--thorough")
        #expect(healthy.status == 0, "\(healthy.output)")
        #expect(healthy.output.contains("✓ workers.alive: 1 worker is running"))
        #expect(healthy.output.contains("Nothing is wrong."))
        #expect(!healthy.output.contains("\u{1B}"), "colours are for terminals")
        #expect(try await doctor(folder.store, "--quiet").output == "")

        try await DatabaseQueue(path: folder.store).write {
            try $0.execute(sql: "INSERT INTO effects (kind) VALUES ('sms.snd')")
        }
        let ill = try await doctor(folder.store, "--quiet")
        #expect(ill.status == 1)
        #expect(ill.output.hasPrefix("! kinds.handler: no worker has ever handled 'sms.snd'"), "\(ill.output)")
        #expect(ill.output.contains("\n    start a worker with a handler for it."))
        #expect(ill.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(ill.output)")
        try await server.stop()
    }

    @Test func `a missing file is a failure, and stays missing`() async throws {
        let folder = try TemporaryFolder()
        let found = try await doctor(folder.store, "--json")
        #expect(found.status == 2)
        #expect(try found.findings.map(\.check) == ["connection"])
        #expect(try found.findings.map(\.severity) == [.failure])
        #expect(!FileManager.default.fileExists(atPath: folder.store))
    }

    @Test func `findings as JSON have the same exit code, and with quiet only what is wrong`() async throws {
        let folder = try TemporaryFolder()
        let server = try await ServerProcess.start("serve", store: folder.store)
        try await server.stop()
        let idle = try await doctor(folder.store, "--json")
        #expect(idle.status == 0, "no worker and no work is nothing wrong")
        #expect(try idle.findings.contains { $0.check == "workers.alive" && $0.severity == .notice })
        try await DatabaseQueue(path: folder.store).write { try $0.execute(sql: "DROP INDEX parked_by_deadline") }
        let broken = try await doctor(folder.store, "--json", "--quiet")
        #expect(broken.status == 2)
        #expect(try broken.findings.map(\.check) == ["schema.objects"])
    }

    @Test func `a server that does not answer is a failure that names no password`() async throws {
        let found = try await doctor("postgres://user:hidden@127.0.0.1:1/none")
        #expect(found.status == 2)
        #expect(found.output.hasPrefix("✗ connection: "), "\(found.output)")
        #expect(!found.output.contains("hidden"))
    }
}
