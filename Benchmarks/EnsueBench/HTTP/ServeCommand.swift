import ArgumentParser
import Ensue
import EnsuePostgres
import EnsueSQLite
import EnsueServer
import Logging
import ServiceLifecycle
import UnixSignals

/// The server under load: what `ensue serve` composes, and the same without storing events.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve a store's API for a measurement.", shouldDisplay: false)

    @Argument var store: String
    @Option var port: Int
    @Flag(help: "Acknowledge events without storing them.") var forgetful = false

    func run() async throws {
        BenchLog.bootstrap()
        let opened: any Store =
            store.hasPrefix("postgres") ? try await PostgresStore(store) : try SQLiteStore(path: store)
        var handlers = Handlers()
        handlers.handle(Noop.self) { _, _ in .completed() }
        let engine = try Engine(store: forgetful ? ForgetfulStore(opened) : opened, handlers: handlers)
        let logger = Logger(label: "bench")
        let server = EnsueServer(engine: engine, options: ServerOptions(port: port), logger: logger)
        try await ServiceGroup(
            services: [engine, server.application()], gracefulShutdownSignals: [.sigterm], logger: logger
        ).run()
    }
}
