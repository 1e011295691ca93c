internal import ArgumentParser

/// `ensue watch`: changes of other programs' tables as events.
struct WatchTables: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Record the changes of a PostgreSQL table as events.",
        discussion: """
            A trigger records an event for each row, in the transaction that changes it: what is rolled back records \
            nothing, and nothing is lost or recorded twice. Who writes to the table needs no rights on Ensue's schema.
            """,
        subcommands: [WatchAdd.self, WatchList.self, WatchRemove.self])
}
