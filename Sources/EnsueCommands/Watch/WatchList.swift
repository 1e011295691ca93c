internal import ArgumentParser
internal import Ensue
internal import EnsuePostgres

/// `ensue watch list`.
struct WatchList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the tables that are watched.")

    @OptionGroup var location: StoreLocation

    @Flag(help: "Print a JSON array.")
    var json = false

    func run() async throws {
        let watches = try await location.withTables { try await $0.watches() }
        if json { return try Terminal.output.write(JSONText.encoding(watches).text) }
        guard !watches.isEmpty else { return try Terminal.output.write("No table is watched.") }
        let rows = watches.map { watch -> [StyledText] in
            [
                "\(watch.name)", "\(watch.table)\(watch.isDropped ? " (dropped)" : "")",
                "\(watch.operations.map(\.rawValue).joined(separator: ","))",
                "\(watch.columns?.joined(separator: ",") ?? "all")", "\(watch.condition ?? "")", "\(watch.account)",
            ]
        }
        try Terminal.output.write(
            table: [
                .init("name", shrinksTo: 8), .init("table", shrinksTo: 12), .init("on", shrinksTo: 6),
                .init("columns", shrinksTo: 7), .init("when", shrinksTo: 6), .init("account", shrinksTo: 7),
            ], rows)
    }
}
