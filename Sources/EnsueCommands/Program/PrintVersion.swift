internal import ArgumentParser

/// `ensue version`.
struct PrintVersion: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    func run() throws { try Terminal.output.write(RootCommand.version) }
}
