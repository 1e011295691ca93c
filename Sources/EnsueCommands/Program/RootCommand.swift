internal import ArgumentParser
internal import Ensue
internal import Foundation

/// `ensue`: everything below it.
struct RootCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: programName, abstract: "A durable event-and-effect engine: events happen, effects ensue.",
        discussion: """
            Commands about events and effects work on a store (--store) or on a server (--server). The exit code is 0 \
            when all is done, 1 when something failed or was refused, 2 when the store or the server cannot be \
            reached, 3 when what was waited for has not ended in time, 64 when the command was not understood.
            """,
        version: version,
        groupedSubcommands: [
            CommandGroup(name: "Servers", subcommands: [Serve.self, Demo.self]),
            CommandGroup(
                name: "Events and effects",
                subcommands: [
                    Record.self, RequestEffect.self, Events.self, Effects.self, ShowTrace.self, Tail.self, Kinds.self,
                    Rejections.self,
                ]),
            CommandGroup(
                name: "Stores", subcommands: [Doctor.self, Migrate.self, WatchTables.self, Adopt.self]),
            CommandGroup(name: "Program", subcommands: [MakeKey.self, PrintVersion.self, PrintCompletions.self]),
        ])

    static let version = "0.1.0"

    /// What the user typed to start this program.
    static let programName = CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "ensue"

    /// Runs the command that `arguments` name, and ends the process if it goes wrong.
    static func start(_ arguments: [String]) async {
        var configured: ConfiguredArguments?
        do {
            let complete = try await ConfiguredArguments(
                arguments, of: try CommandShape(of: Self.self), environment: ProcessInfo.processInfo.environment)
            configured = complete
            var command = try await asyncParseAsRoot(complete.arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch { end(with: error, configured) }
    }

    private static func end(with error: any Error, _ configured: ConfiguredArguments?) -> Never {
        switch error {
        case is NobodyReads: exit(withError: ExitCode.success)
        case let failure as CommandFailure:
            Terminal.error.print("Error: \(failure)")
            exit(withError: failure.status.exitCode)
        default: break
        }
        let origins = configured?.origins(in: message(for: error)) ?? []
        guard !origins.isEmpty, !exitCode(for: error).isSuccess else { exit(withError: error) }
        Terminal.error.print("\(fullMessage(for: error))\n\(origins.joined(separator: "\n"))")
        exit(withError: exitCode(for: error))
    }
}
