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

    /// Parses the process's arguments and runs the command that they name. `serve` works with exactly `handlers`, and
    /// `request` on a store checks payloads as they do; `demo` brings its own. When something goes wrong, prints what it
    /// is and exits with a code other than 0.
    public static func run(handlers: Handlers) async {
        await $handlers.withValue(handlers) { await RootCommand.start(Array(CommandLine.arguments.dropFirst())) }
    }
}
