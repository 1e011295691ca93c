internal import ArgumentParser
internal import Ensue
internal import EnsuePostgres

/// `ensue watch add`.
struct WatchAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Watch a table, or watch it differently.",
        discussion: """
            The events are called orders.inserted, orders.updated and orders.deleted, their source is \
            /table/public.orders, and their data is \
            {"table":"public.orders","operation":"insert","old":null,"new":{…}}. Adding a watch again replaces it. TRUNCATE is not seen.
            """)

    @OptionGroup var location: StoreLocation

    @Argument(help: "The table: public.orders.")
    var table: String

    @Option(name: .customLong("on"), help: "Which changes: any of insert,update,delete.", transform: operations)
    var operations = TableWatch.Operation.allCases

    @Option(
        help: "The columns that events show: a,b. An update that changes none of them is not recorded.",
        transform: { $0.split(separator: ",").map(String.init) })
    var columns: [String]?

    @Option(
        name: .customLong("when"),
        help: "Record only rows for which this SQL about OLD and NEW holds, as in CREATE TRIGGER … WHEN.")
    var condition: String?

    @Option(help: "What the watch is called and the types of its events begin with. (default: the table's own name)")
    var name: String?

    @Option(help: "The account that the events belong to.", transform: { try Account($0) })
    var account = Account.default

    func run() async throws {
        let request = TableWatch.Request(
            table: table, operations: operations, columns: columns, condition: condition, name: name, account: account)
        let watch = try await location.withTables { try await $0.watch(request) }
        let types = watch.operations.map { "\(watch.name).\($0.participle)" }
        try Terminal.output.write("Changes of \(watch.table) are recorded as \(types.joined(separator: ", ")).")
        if watch.isByRow {
            let reason = condition == nil ? "the table is foreign or partitioned" : "there is a condition"
            try Terminal.output.write("Each row is recorded by itself, since \(reason); large statements take longer.")
        }
    }

    private static func operations(_ text: String) throws -> [TableWatch.Operation] {
        try text.split(separator: ",").map { word in
            guard let operation = TableWatch.Operation(rawValue: word.lowercased()) else {
                throw ValidationError("'\(word)' is no change; there are insert, update and delete")
            }
            return operation
        }
    }
}
