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
    private let admission: Admission

    public init(engine: Engine, options: ServerOptions = ServerOptions(), logger: Logger = Logger(label: "ensue")) {
        self.engine = engine
        self.options = options
        self.logger = logger
        admission = Admission(options.limits)
        responder = Self.router(engine, options, admission).buildResponder()
    }

    /// All routes, with their guards. Routes that are added to it later are guarded as well, and their errors become
    /// problem documents.
    public func router() -> Router<CallContext> { Self.router(engine, options, admission) }

    private static func router(
        _ engine: Engine, _ options: ServerOptions, _ admission: Admission
    ) -> Router<CallContext> {
        let router = Router(context: CallContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ProblemMiddleware())
        let routes = Routes(router: router, options: options)
        let types = KnownTypes(engine: engine, accepted: options.eventTypes)
        let hooks = HasuraRoutes(options.hasuraEndpoints)
        let intake = HasuraIntake(engine: engine, types: types, unknownKinds: options.unknownKinds)
        let guarded: [any Endpoint] = [
            RecordEvents(engine: engine, types: types), ListEvents(engine: engine), ReadEvent(engine: engine),
            TraceEvent(engine: engine), LogEvent(engine: engine, types: types),
            RequestEffects(engine: engine, unknownKinds: options.unknownKinds), ListEffects(engine: engine),
            ReadEffect(engine: engine), TraceEffect(engine: engine), CancelEffect(engine: engine),
            RetryEffect(engine: engine), ReplayEffect(engine: engine), ApproveEffect(engine: engine),
            RefuseEffect(engine: engine), CompleteEffect(engine: engine), ListKinds(engine: engine),
            ListRejections(store: engine.store), ReadRejection(store: engine.store),
            ReplayRejection(intake: intake, routes: hooks), CompleteRun(engine: engine),
            HasuraHook(intake: intake, secret: options.hasuraSecret), HasuraNamedHook(intake: intake, routes: hooks),
        ]
        let open: [any Endpoint] = [Liveness(), Readiness(store: engine.store)]
        routes.add(open + [ReadOpenAPI(of: guarded + open)])
        router.add(middleware: BrowserGuard(host: options.host, asksForKeys: !options.apiKeys.isEmpty))
        router.add(middleware: Intake(admission: admission, limits: options.limits, bodyLimit: options.bodyLimit))
        addKeys(options.apiKeys, to: router) { routes.add(guarded.filter { !$0.demandsKey }) }
        routes.add(guarded.filter(\.demandsKey))
        return router
    }

    /// What is added within has its own proof of who asks; what is added later asks for a key, if there are any.
    private static func addKeys(_ keys: [APIKey], to router: Router<CallContext>, except others: () -> Void) {
        guard !keys.isEmpty else { return others() }
        router.add(middleware: KeyRecognition(ring: KeyRing(keys: keys)))
        others()
        router.add(middleware: KeyDemand())
    }

    /// The server as a service, which refuses to start with options that are not safe: ``ServerOptions/check()``.
    /// `onServerRunning` is called once it accepts connections, with the listening channel.
    public func application(
        onServerRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> Application<RouterResponder<CallContext>> {
        let (limits, logger) = (options.limits, logger)
        let connections = Connections(limit: OpenFiles.connections(wanted: limits.connections))
        var application = Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [
                        PaceInstaller(limits: limits, connections: connections, logger: logger)
                    ],
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: limits.headerFieldBytes, maxHeaderListSize: limits.headerBytes,
                        maxHeaderFieldCount: limits.headerFields))),
            configuration: ApplicationConfiguration(
                address: .hostname(options.host, port: options.port), backlog: 1024),
            onServerRunning: onServerRunning, logger: logger)
        application.beforeServerStarts { [options] in try options.check() }
        return application
    }
}

extension Endpoint {
    fileprivate var demandsKey: Bool { Self.operation.access == .key }
}
