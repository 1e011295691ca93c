public import Ensue
public import Hummingbird
public import Logging
public import NIOCore

/// The HTTP API over an engine: `/v1`, `/hooks/hasura`, `/healthz` and `/readyz`, described at `/openapi.json`.
///
/// Whatever it acknowledges is durable. The engine need not run in the same process; where it does, run both in one
/// `ServiceGroup` with the server last, so that it stops accepting before the engine finishes:
///
/// ```swift
/// let server = EnsueServer(engine: engine, options: ServerOptions(port: 8080), logger: logger)
/// try await ServiceGroup(
///     services: [engine, server.application()], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
/// ).run()
/// ```
public struct EnsueServer: Sendable {
    public let engine: Engine
    public let options: ServerOptions
    let logger: Logger
    let responder: RouterResponder<CallContext>

    public init(engine: Engine, options: ServerOptions = ServerOptions(), logger: Logger = Logger(label: "ensue")) {
        self.engine = engine
        self.options = options
        self.logger = logger
        responder = Self.router(engine: engine, options: options).buildResponder()
    }

    /// All routes, with their guards. Routes that are added to it later are guarded as well, and their errors become
    /// problem documents.
    public func router() -> Router<CallContext> { Self.router(engine: engine, options: options) }

    private static func router(engine: Engine, options: ServerOptions) -> Router<CallContext> {
        let router = Router(context: CallContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ProblemMiddleware())
        let routes = Routes(router: router, options: options)
        let guarded: [any Endpoint] = [
            RecordEvents(engine: engine), ListEvents(engine: engine), ReadEvent(engine: engine),
            TraceEvent(engine: engine),
            RequestEffects(engine: engine), ListEffects(engine: engine), ReadEffect(engine: engine),
            TraceEffect(engine: engine), CancelEffect(engine: engine), RetryEffect(engine: engine),
            ReplayEffect(engine: engine), ApproveEffect(engine: engine), RefuseEffect(engine: engine),
            CompleteEffect(engine: engine), ListKinds(engine: engine),
            CompleteRun(engine: engine), HasuraHook(engine: engine, secret: options.hasuraSecret),
        ]
        let open: [any Endpoint] = [
            Liveness(), Readiness(store: engine.store), ReadClient(), ReadClientDeclarations(),
        ]
        routes.add(open + [ReadOpenAPI(of: guarded + open)])
        if let folder = options.pages { Pages(folder: folder).add(to: router) }
        router.add(middleware: BrowserGuard())
        routes.add(guarded)
        return router
    }

    /// The server as a service. `onServerRunning` is called once it accepts connections, with the listening channel.
    public func application(
        onServerRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> Application<RouterResponder<CallContext>> {
        Application(
            responder: responder, server: .http1(configuration: .init(idleTimeout: .seconds(75))),
            configuration: ApplicationConfiguration(address: .hostname(ServerOptions.host, port: options.port)),
            onServerRunning: onServerRunning, logger: logger)
    }
}
