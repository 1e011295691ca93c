import Ensue
import Logging
import ServiceLifecycle

enum Running {
    /// Runs the engine meanwhile, and stops it gracefully.
    static func engine<Value: Sendable>(
        _ engine: Engine, _ body: @escaping @Sendable (Engine) async throws -> Value
    ) async throws -> Value {
        var logger = Logger(label: "bench")
        logger.logLevel = .error
        let group = ServiceGroup(configuration: .init(services: [.init(service: engine)], logger: logger))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let value = try await body(engine)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return value
        }
    }
}
