import Hummingbird
import Logging
import ServiceLifecycle
import Synchronization

/// Somebody else's server, which takes what is posted to it and keeps it.
final class ExamplesReviewer: Sendable {
    private let bodies = Mutex<[String]>([])
    private let port = Mutex(0)
    private let group = Mutex<(group: ServiceGroup, task: Task<Void, any Error>)?>(nil)

    var url: String { "http://127.0.0.1:\(port.withLock { $0 })/reviews" }
    var received: [String] { bodies.withLock { $0 } }

    static func start() async throws -> ExamplesReviewer {
        let reviewer = ExamplesReviewer()
        let router = Router()
        router.post("reviews") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 16)
            reviewer.bodies.withLock { $0.append(String(buffer: body)) }
            return "received"
        }
        var logger = Logger(label: "reviewer")
        logger.logLevel = .error
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in reviewer.port.withLock { $0 = channel.localAddress?.port ?? 0 } },
            logger: logger)
        let services = ServiceGroup(configuration: .init(services: [.init(service: application)], logger: logger))
        reviewer.group.withLock { $0 = (services, Task { try await services.run() }) }
        try await eventually("the reviewer listens", within: .seconds(10)) { reviewer.port.withLock { $0 } != 0 }
        return reviewer
    }

    func stop() async throws {
        guard let (group, task) = group.withLock({ $0 }) else { return }
        await group.triggerGracefulShutdown()
        try await task.value
    }
}
