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

    @Option(help: "The port to listen on; 0 lets the system choose.")
    var port = 8080

    @Option(
        help: """
            The header that deliveries from Hasura must carry, as HEADER:VALUE. Other users of the machine can see \
            arguments: the environment variable ENSUE_HASURA_SECRET is the better place.
            """)
    var hasuraSecret: String?

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
    }

    func run() async throws {
        let logger = Logger(label: "ensue", level: logLevel)
        let options = ServerOptions(
            port: port, hasuraSecret: try secret(), pages: pages)
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
                "serving", metadata: ["store": "\(store.identity.name)", "address": "http://127.0.0.1:\(port)"])
        }
        try await deployment.run()
        logger.info("stopped")
    }

    private func secret() throws -> SecretHeader? {
        let variable = "ENSUE_HASURA_SECRET"
        let fromEnvironment = ProcessInfo.processInfo.environment[variable]
        guard let text = hasuraSecret ?? fromEnvironment.flatMap({ $0.isEmpty ? nil : $0 }) else { return nil }
        do { return try SecretHeader(parsing: text) } catch {
            throw CommandFailure("\(hasuraSecret == nil ? variable : "--hasura-secret"): \(error)")
        }
    }
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
