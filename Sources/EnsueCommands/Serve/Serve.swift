internal import ArgumentParser
internal import Ensue
internal import EnsueSQLite
internal import EnsueServer
internal import Foundation
internal import Logging

/// `ensue serve`: the HTTP API and a worker on one store.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the HTTP API and handle effects.",
        discussion: "Stops on SIGTERM and SIGINT, once what runs has ended or 20 seconds have passed.")

    @OptionGroup var location: StoreLocation
    @OptionGroup var lease: WorkerLease

    @Option(help: "The address to listen on. One that others can reach, such as 0.0.0.0, needs an API key.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 lets the system choose.")
    var port = 8080

    @Option(
        name: .customLong("api-key"),
        help: ArgumentHelp(
            """
            An API key that lets in who shows it, as KEY, or as ACCOUNT=KEY for one account alone; `key` makes one. May \
            be given again. Other users of the machine can see arguments: $ENSUE_API_KEY is the better place (what \
            clients show is in $ENSUE_KEY).
            """, valueName: "key"))
    var apiKeys: [String] = []

    @Option(
        help: """
            The header that deliveries from Hasura must carry, as HEADER:VALUE. Other users of the machine can see \
            arguments: $ENSUE_HASURA_SECRET is the better place.
            """)
    var hasuraSecret: String?

    @Option(
        name: .customLong("hasura-endpoint"),
        help: ArgumentHelp(
            """
            An endpoint /hooks/hasura/NAME, as NAME or NAME:OPTION=VALUE,… with the options mapping (automatic, effect \
            or event), account, rejected (refused or accepted) and, last, secret (HEADER:VALUE). May be given again.
            """, valueName: "endpoint"))
    var hasuraEndpoints: [String] = []

    @Option(
        help: "What becomes of requests for kinds that no worker handles: refuse or accept. (default: refuse)",
        completion: .list(["refuse", "accept"]), transform: choice)
    var unknownKinds = ServerOptions.UnknownKinds.refuse

    @Option(
        help: "Which event types may be recorded over HTTP: open, which is any, or declared. (default: open)",
        completion: .list(["open", "declared"]), transform: choice)
    var eventTypes = ServerOptions.EventTypes.open

    @Option(help: "A folder with pages that use the API; its files are served to everyone at /pages/.")
    var pages: String?

    @Option(help: Logger.Level.help(default: .info), transform: Logger.Level.parse)
    var logLevel: Logger.Level = .info

    @Option(help: "Delete ended effects and routed events after so many days. Without it they are kept for ever.")
    var retention: Int?

    func validate() throws {
        try validate(port: port)
        if let pages, !FileManager.default.fileExists(atPath: pages + "/") {
            throw ValidationError("--pages: there is no folder '\(pages)'")
        }
        if let retention, !(1...36_500).contains(retention) {
            throw ValidationError("--retention is a number of days from 1 to 36500")
        }
        _ = try serverOptions()
    }

    func run() async throws {
        let logger = Logger(label: "ensue", level: logLevel)
        let options = try serverOptions()
        let store = try await location.open(logger: logger)
        let engine = try Engine(
            store: store, handlers: EnsueCommandLine.handlers,
            options: EngineOptions(lease: lease.duration, retention: retention.map { .seconds(86_400 * $0) }),
            logger: logger)
        var deployment = Deployment(
            engine: engine, server: EnsueServer(engine: engine, options: options, logger: logger), logger: logger,
            command: "serve")
        deployment.onListening = { port in
            logger.info(
                "serving", metadata: ["store": "\(store.identity.name)", "address": "http://\(host):\(port)"])
        }
        try await deployment.run()
        logger.info("stopped")
    }

    private func serverOptions() throws -> ServerOptions {
        var options = ServerOptions(
            host: host, port: port, eventTypes: eventTypes, unknownKinds: unknownKinds, pages: pages)
        options.apiKeys = try blaming("--api-key") { try apiKeys.map { try APIKey(parsing: $0) } }
        options.hasuraSecret = try blaming("--hasura-secret") {
            try hasuraSecret.map { try SecretHeader(parsing: $0) }
        }
        options.hasuraEndpoints = try blaming("--hasura-endpoint") {
            try HasuraEndpoint.endpoints(parsing: hasuraEndpoints)
        }
        try blaming("--host and --api-key") { try options.check() }
        return options
    }

    /// What is wrong with an option's value is told with the option's name.
    private func blaming<Value>(_ option: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch { throw ValidationError("\(option): \(error)") }
    }
}

/// Reads an option's value that is one of a few words.
private func choice<Choice: RawRepresentable<String> & CaseIterable>(_ text: String) throws -> Choice {
    if let choice = Choice(rawValue: text) { return choice }
    throw ValidationError(Word.advice(on: text, among: Choice.allCases.map(\.rawValue)))
}

extension Logger.Level {
    static func help(default level: Logger.Level) -> ArgumentHelp {
        "The least severe level that is logged: \(names). (default: \(level.rawValue))"
    }

    private static let names = allCases.map(\.rawValue).joined(separator: ", ")

    /// Reads an option's value.
    static func parse(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            throw ValidationError("'\(text)' is not a level; the levels are \(names)")
        }
        return level
    }
}

extension ParsableCommand {
    func validate(port: Int) throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port is a number from 0 to 65535") }
    }
}
