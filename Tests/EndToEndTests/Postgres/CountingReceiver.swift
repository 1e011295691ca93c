import Hummingbird
import Logging
import ServiceLifecycle
import Synchronization

/// Somebody else's server, which takes everything at once and remembers what came how often, and as what.
final class CountingReceiver: Sendable {
    struct Delivery: Sendable {
        var count = 0
        /// The idempotency keys that it came with.
        var identities: Set<String> = []
    }

    private let received = Mutex<[String: Delivery]>([:])
    private let port = Mutex(0)

    /// What was received, by the last part of the path that it was sent to.
    var deliveries: [String: Delivery] { received.withLock { $0 } }

    func url(_ name: String) -> String { "http://127.0.0.1:\(port.withLock { $0 })/hook/\(name)" }

    /// Receives while `body` runs.
    func receiving(_ body: () async throws -> Void) async throws {
        let router = Router()
        router.post("hook/:name") { request, context in
            let name = try context.parameters.require("name")
            let identity = request.headers.first { $0.name.canonicalName == "idempotency-key" }?.value ?? "none"
            self.received.withLock { received in
                received[name, default: Delivery()].count += 1
                received[name]?.identities.insert(identity)
            }
            return "received"
        }
        var logger = Logger(label: "receiver")
        logger.logLevel = .error
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in self.port.withLock { $0 = channel.localAddress?.port ?? 0 } },
            logger: logger)
        let group = ServiceGroup(configuration: .init(services: [.init(service: application)], logger: logger))
        async let end: Void = group.run()
        try await eventually("the receiver listens", within: .seconds(10)) { port.withLock { $0 } != 0 }
        do { try await body() } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await end
    }
}
