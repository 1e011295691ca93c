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
    private let departures = Departures()

    public init(engine: Engine, options: ServerOptions = ServerOptions(), logger: Logger = Logger(label: "ensue")) {
        self.engine = engine
        self.options = options
        self.logger = logger
        admission = Admission(options.limits)
        responder = Self.router(engine, options, admission, departures).buildResponder()
    }

    /// All routes, with their guards. Routes that are added to it later are guarded as well, and their errors become
    /// problem documents.
    public func router() -> Router<CallContext> {
        Self.router(engine, options, admission, departures)
    }

    private static func router(
        _ engine: Engine, _ options: ServerOptions, _ admission: Admission, _ departures: Departures
    ) -> Router<CallContext> {
        let router = Router(context: CallContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: HeadLimits(limits: options.limits))
        let routes = Routes(router: router, options: options)
        let endpoints = Endpoints(engine: engine, options: options, departures: departures)
        routes.add(endpoints[.open])
        let rules = BrowserGuard(host: options.host, asksForKeys: !options.apiKeys.isEmpty)
        let intake = Intake(admission: admission, bodyLimit: options.bodyLimit)
        if let folder = options.pages { Pages(folder: folder).add(to: router, behind: HostGuard(rules: rules), intake) }
        router.add(middleware: rules)
        router.add(middleware: intake)
        if !options.apiKeys.isEmpty { router.add(middleware: KeyRecognition(ring: KeyRing(keys: options.apiKeys))) }
        routes.add(endpoints[.other])
        if !options.apiKeys.isEmpty { router.add(middleware: KeyDemand()) }
        routes.add(endpoints[.key])
        return router
    }

    /// The server as a service, which refuses to start with options that are not safe: ``ServerOptions/check()``.
    /// `onServerRunning` is called once it accepts connections, with the listening channel.
    public func application(
        onServerRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> Application<RouterResponder<CallContext>> {
        let (options, logger) = (options, logger)
        let limits = options.limits
        let doorkeeper = Doorkeeper(
            limits: limits, bodyLimit: options.bodyLimit,
            connections: Connections(limit: OpenFiles.connections(wanted: limits.connections)), admission: admission,
            departures: departures, logger: logger)
        var application = Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [PaceInstaller(doorkeeper: doorkeeper)],
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: limits.headerFieldBytes, maxHeaderListSize: limits.headerBytes,
                        maxHeaderFieldCount: limits.headerFields))),
            configuration: ApplicationConfiguration(
                address: .hostname(options.host, port: options.port), backlog: 4096),
            onServerRunning: onServerRunning, logger: logger)
        application.beforeServerStarts { try options.check() }
        return application
    }
}
