public import Ensue
internal import Foundation

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

    /// Parses the process's arguments and runs the command that they name.
    ///
    /// `serve` works with exactly `handlers`. Commands that open a store themselves handle nothing, but check what they
    /// store as these handlers do; with `--server`, that server's handlers count. `demo` brings its own.
    ///
    /// Returns when the command is done. Where something goes wrong, prints what it is and ends the process with a code
    /// other than 0; ends it with 0 once help or the version is printed, and when nobody reads the output any more. The
    /// signal SIGPIPE is ignored from here on, in the whole process.
    public static func run(handlers: Handlers) async {
        signal(SIGPIPE, SIG_IGN)
        await $handlers.withValue(handlers) { await RootCommand.start(Array(CommandLine.arguments.dropFirst())) }
    }
}
