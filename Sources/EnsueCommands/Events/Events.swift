internal import ArgumentParser

/// `ensue events`: what has happened.
struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at events.", subcommands: [ListEvents.self, ShowEvent.self])
}
