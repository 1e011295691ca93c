import ArgumentParser
import Foundation
import Logging

/// Measures the embedded store and prints a table; see `make bench`.
@main
struct EnsueBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ensue-bench", subcommands: [Run.self, Produce.self], defaultSubcommand: Run.self)

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Measure, and write the results to a folder.")

        @Option(help: "Where results.json and chart.svg go, and the databases meanwhile.")
        var output = "bench-results"

        @Option(help: "How many interleaved rounds; the medians count.")
        var rounds = 3

        @Option(help: "Only figures whose name contains this.")
        var only = ""

        func run() async throws {
            LoggingSystem.bootstrap { label in
                var handler = StreamLogHandler.standardError(label: label)
                handler.logLevel = .error
                return handler
            }
            let folder = URL(fileURLWithPath: output, isDirectory: true)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let suite = SQLiteSuite(folder: folder, rounds: rounds)
            var results: [Result] = []
            for measurement in suite.measurements where only.isEmpty || measurement.name.contains(only) {
                FileHandle.standardError.write(Data("measuring \(measurement.name) …\n".utf8))
                results += try await measurement.measure()
            }
            print(Report.table(results))
            try Report.write(results, to: folder)
            print("written to \(folder.path)/results.json and chart.svg")
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
