import ArgumentParser
import Ensue
import EnsuePostgres
import EnsueSQLite
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// Measures the stores and prints a table; see `make bench`.
@main
struct EnsueBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ensue-bench", subcommands: [Run.self, Drain.self, Produce.self, Work.self, ServeCommand.self],
        defaultSubcommand: Run.self)

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Measure, and write the results to a folder.")

        @Option(help: "Where results.json and chart.svg go, and the databases meanwhile.")
        var output = "bench-results"

        @Option(help: "How many interleaved rounds; the medians count.")
        var rounds = 3

        @Option(help: "Only figures whose name contains this.")
        var only = ""

        @Option(help: "Finished effects in PostgreSQL's ledger of history.")
        var history = 5_000_000

        @Option(help: "For so many seconds a transaction is held open on PostgreSQL under steady load.")
        var pinned = 600

        @Option(help: "Effects in the ledgers whose lists are measured.")
        var listed = 5_000_000

        func run() async throws {
            BenchLog.bootstrap()
            let folder = URL(fileURLWithPath: output, isDirectory: true)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let postgres = PostgresSuite(rounds: rounds, history: history, pinnedFor: .seconds(pinned))
            let http = HTTPSuite(folder: folder, rounds: rounds, listed: listed)
            let lists = Measurement(name: "postgres.lists") { try await postgres.lists(http) }
            let all =
                SQLiteSuite(folder: folder, rounds: rounds).measurements + http.measurements + postgres.measurements
                + [lists]
            var results: [Result] = []
            for measurement in all where only.isEmpty || measurement.name.contains(only) {
                FileHandle.standardError.write(Data("measuring \(measurement.name) …\n".utf8))
                results += try await measurement.measure()
            }
            print(Report.table(results))
            try Report.write(results, to: folder)
            print("written to \(folder.path)/results.json and chart.svg")
        }
    }

    /// For profilers: nothing but the engine draining a store that was filled before.
    struct Drain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drain a store's no-op effects, and nothing else.", shouldDisplay: false)

        @Argument var path: String
        @Option(help: "Fill the store with so many effects first, and do not drain it.") var fill = 0

        func run() async throws {
            let suite = SQLiteSuite(folder: URL(fileURLWithPath: "."), rounds: 1)
            let store = try SQLiteStore(path: path)
            guard fill == 0 else { return try await suite.fill(store, count: fill) }
            print(Int(try await suite.drainRate(store, count: 200_000)), "/s")
        }
    }

    /// A process of the fleet: handles no-op effects until it is told to stop.
    struct Work: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Handle no-op effects of a PostgreSQL store.", shouldDisplay: false)

        @Argument var address: String
        @Flag(help: "Never finish an effect.") var hang = false

        func run() async throws {
            BenchLog.bootstrap()
            var handlers = Handlers()
            handlers.handle(Noop.self) { [hang] _, _ in
                if hang { try await Task.sleep(for: .seconds(100_000)) }
                return .completed()
            }
            let engine = try Engine(store: try await PostgresStore(address), handlers: handlers)
            let services = ServiceGroup(
                services: [engine], gracefulShutdownSignals: [.sigterm], logger: Logger(label: "bench"))
            try await services.run()
        }
    }

    /// The other process of the measurement of pick-up across processes.
    struct Produce: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Insert effects into a store's file with plain SQL, at a steady rate.", shouldDisplay: false)

        @Argument var path: String
        @Option var count = 300
        @Option var perSecond = 100

        func run() async throws {
            try Producer(path: path).run(count: count, perSecond: perSecond)
        }
    }
}

/// Errors alone, to the standard error stream.
enum BenchLog {
    static func bootstrap() {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .error
            return handler
        }
    }
}
