internal import ArgumentParser
internal import Ensue
internal import EnsuePostgres
internal import EnsueSQLite
internal import Logging

/// `ensue doctor`: what is wrong with a store, and what to do about it.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what is wrong with a store, and what to do about it.",
        discussion: """
            Changes nothing: creates no file, updates no schema, moves no effect.

            The exit code is 0 if nothing is wrong, 1 if there are warnings, 2 if there are failures or the store \
            cannot be opened. It and the names of the checks stay the same, for monitoring.
            """)

    @OptionGroup var location: StoreLocation

    @Flag(help: "Also do what reads all of the store and takes its time.")
    var thorough = false

    @Flag(help: "Print a JSON array of findings: severity, check, summary and, if any, remedy.")
    var json = false

    @Flag(help: "Print only what is wrong: warnings and failures.")
    var quiet = false

    func run() async throws {
        let found = await findings()
        let shown = quiet ? found.filter { $0.severity >= .warning } : found
        let report = DoctorReport(findings: shown, terminal: .output)
        if json { try report.printJSON() } else { try report.print(withSummary: !quiet) }
        switch found.map(\.severity).max() ?? .ok {
        case .ok, .notice: return
        case .warning: throw ExitCode(1)
        case .failure: throw ExitCode(2)
        }
    }

    /// A store that cannot be examined is a finding like any other.
    private func findings() async -> [Finding] {
        do {
            if try location.isPostgres() { return try await diagnosePostgres() }
            return try await SQLiteStore.examining(path: location.path).diagnose(thoroughly: thorough)
        } catch let obstacle as Obstacle {
            return [obstacle.finding]
        } catch let failure as CommandFailure {
            return [
                .failure(
                    "connection", "\(failure)",
                    remedy: "--store ensue.db, or --store postgres://user@host/database")
            ]
        } catch {
            return [Diagnosis.unmeasured("connection", error)]
        }
    }

    private func diagnosePostgres() async throws -> [Finding] {
        // What would be logged is found.
        let silence = Logger(label: "ensue") { _ in SwiftLogNoOpLogHandler() }
        let store = try await PostgresStore.examining(location.path, logger: silence)
        do {
            let findings = try await store.diagnose(thoroughly: thorough)
            await store.close()
            return findings
        } catch {
            await store.close()
            throw error
        }
    }
}
