internal import ArgumentParser
internal import EnsuePostgres

/// `ensue watch remove`.
struct WatchRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Watch a table no longer. The events that were recorded stay.")

    @OptionGroup var location: StoreLocation

    @Argument(help: "The watch's name, or a table, which loses all its watches.")
    var name: String

    func run() async throws {
        let removed = try await location.withTables { try await $0.removeWatches(name) }
        guard !removed.isEmpty else { throw CommandFailure("\(name) is not watched") }
        for watch in removed { try Terminal.output.write("\(watch.table) is no longer watched as \(watch.name).") }
    }
}
