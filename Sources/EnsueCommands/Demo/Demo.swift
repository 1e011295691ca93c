internal import ArgumentParser
internal import Ensue
internal import EnsueServer
internal import Foundation
internal import Logging
internal import ServiceLifecycle

/// `ensue demo`: a server with sample handlers, and a gateway that fails at first, to watch effects retry.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start a server with sample handlers, and watch an effect fail, retry and complete.")

    @OptionGroup var location: StoreLocation
    @OptionGroup var lease: WorkerLease

    @Option(help: "The port to listen on; 0 lets the system choose.")
    var port = 8080

    @Option(help: Logger.Level.help(default: .notice), transform: Logger.Level.parse)
    var logLevel: Logger.Level = .notice

    func validate() throws { try validate(port: port) }

    func run() async throws {
        let logger = Logger(label: "ensue", level: logLevel)
        let live = LiveLines(terminal: .output)
        let gateway = StandInGateway(live: live, logger: logger)
        let server = Milestone<Int>()
        let store = try await location.open(logger: logger)
        let engine = try Engine(
            store: store, handlers: .samples(gateway: GatewayClient(port: gateway.port), server: server),
            options: EngineOptions(lease: lease.duration, onRun: live.show), logger: logger)
        var deployment = Deployment(
            engine: engine,
            server: EnsueServer(engine: engine, options: ServerOptions(port: port), logger: logger),
            logger: logger, command: "demo")
        deployment.companions = [gateway, OpeningEvent(engine: engine, after: server)]
        let welcome = Welcome(store: location.path, terminal: .output)
        deployment.onListening = { port in
            do { welcome.print(port: port, gatewayPort: try await gateway.port.value()) } catch { return }
            server.reach(port)
        }
        try await deployment.run()
    }
}

/// Records one event when everything is up, so that something happens at once.
private struct OpeningEvent: Service {
    let engine: Engine
    let after: Milestone<Int>

    init(engine: Engine, after: Milestone<Int>) {
        self.engine = engine
        self.after = after
    }

    func run() async throws {
        let after = after
        do { _ = try await cancelWhenGracefulShutdown { try await after.value() } } catch is CancellationError {
            return
        }
        try await engine.record(PollCompleted(phone: "+46701740605", score: 9))
        do { try await gracefulShutdown() } catch is CancellationError { return }
    }
}
