import Ensue
import EnsueSQLite
import EnsueServer
import Hummingbird
import Logging
import ServiceLifecycle
import UnixSignals

// A web application whose database is Ensue's, too: what it requests is in its own transactions.
let surroundings = Surroundings.fromEnvironment()
let logger = Logger(label: "shop")
let shop = try Shop(database: openDatabase(at: surroundings.database))

var handlers = Handlers()
handlers.handleMail(with: Mailer(outbox: surroundings.outbox))
let engine = try Engine(store: shop.store, handlers: handlers, logger: logger)

// Ensue's own routes (/v1/effects, /healthz …) and the application's are served side by side. Take a `Router` of your
// own instead where the world outside should see nothing of Ensue.
let router = EnsueServer(engine: engine, logger: logger).router()
shop.addRoutes(to: router)
let web = Application(
    router: router, configuration: .init(address: .hostname("127.0.0.1", port: surroundings.port)), logger: logger)

// The last one is stopped first: no request comes any more when the engine finishes what it has begun.
try await ServiceGroup(services: [engine, web], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
