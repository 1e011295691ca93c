internal import ArgumentParser
public import Ensue

/// The `ensue` command line, for executables with handlers of their own:
///
/// ```swift
/// var handlers = Handlers()
/// handlers.addBuiltInEffects()
/// handlers.handle(SendSMS.self) { sms, context in … }
/// await EnsueCommandLine.run(handlers: handlers)
/// ```
public enum EnsueCommandLine {
    @TaskLocal static var handlers = Handlers()

    /// Parses the process's arguments and runs the command that they name. `serve` works with exactly `handlers`;
    /// `demo` brings its own. When something goes wrong, prints one line that says what and exits with a code other
    /// than 0.
    public static func run(handlers: Handlers) async {
        await $handlers.withValue(handlers) { await RootCommand.main() }
    }
}

struct RootCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: programName, abstract: "A durable event-and-effect engine: events happen, effects ensue.",
        version: version, subcommands: [Serve.self, Demo.self, Doctor.self, WatchTables.self, Adopt.self, Migrate.self])

    static let version = "0.1.0"

    /// What the user typed to start this program.
    static let programName = CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "ensue"
}
