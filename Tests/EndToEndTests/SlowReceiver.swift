import Hummingbird
import Logging
import ServiceLifecycle
import Synchronization

/// Somebody else's server: takes requests, and answers them when told to.
final class SlowReceiver: Sendable {
    private struct State {
        var requests = 0
        var isAnswering = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let port = Mutex(0)
    private let group = Mutex<(group: ServiceGroup, task: Task<Void, any Error>)?>(nil)

    var url: String { "http://127.0.0.1:\(port.withLock { $0 })/hook" }
    var requests: Int { state.withLock { $0.requests } }

    static func start() async throws -> SlowReceiver {
        let receiver = SlowReceiver()
        let router = Router()
        router.post("hook") { _, _ in
            await receiver.wait()
            return "received"
        }
        var logger = Logger(label: "receiver")
        logger.logLevel = .error
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in receiver.port.withLock { $0 = channel.localAddress?.port ?? 0 } },
            logger: logger)
        let services = ServiceGroup(configuration: .init(services: [.init(service: application)], logger: logger))
        receiver.group.withLock { $0 = (services, Task { try await services.run() }) }
        try await eventually("the receiver listens", within: .seconds(10)) { receiver.port.withLock { $0 } != 0 }
        return receiver
    }

    private func wait() async {
        await withCheckedContinuation { continuation in
            let isAnswering = state.withLock { state in
                state.requests += 1
                if !state.isAnswering { state.waiting.append(continuation) }
                return state.isAnswering
            }
            if isAnswering { continuation.resume() }
        }
    }

    /// Answers what waits, and from now on everything at once.
    func answerAll() {
        let waiting = state.withLock { state in
            state.isAnswering = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func stop() async throws {
        guard let (group, task) = group.withLock({ $0 }) else { return }
        await group.triggerGracefulShutdown()
        try await task.value
    }
}
