import Ensue
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import EnsuePostgres

/// Which engine has run which effect, in the order of the runs.
final class Runs: Sendable {
    private let runs = Mutex<[EffectID: [String]]>([:])

    var all: [EffectID: [String]] { runs.withLock { $0 } }

    /// Who has run effects of `ids`.
    func names(of ids: some Sequence<EffectID>) -> Set<String> {
        runs.withLock { runs in Set(ids.flatMap { runs[$0] ?? [] }) }
    }

    private func note(_ effect: EffectID, _ name: String) {
        runs.withLock { $0[effect, default: []].append(name) }
    }

    /// Handlers of `kinds`, and a listener for all events, that note what they run under `name`.
    func handlers(
        of kinds: EffectKind..., named name: String = "engine", listeningAs listener: String? = nil
    ) -> Handlers {
        var handlers = Handlers()
        for kind in kinds {
            handlers.handle(kind) { _, context in
                self.note(context.effect, name)
                return .completed(.null)
            }
        }
        if let listener {
            handlers.listen(matching: .glob("*"), as: listener) { _, context in self.note(context.effect, name) }
        }
        return handlers
    }

    func wait(for count: Int) async throws {
        try await until("\(count) effects have run") { all.count >= count }
    }
}

/// Asks until it holds. What other sessions do can only be watched, not awaited.
func until(_ what: String, within span: Duration = .seconds(60), _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + span
    while try await !condition() {
        try #require(ContinuousClock.now < end, "not within \(span): \(what)")
        try await Task.sleep(for: .milliseconds(20))
    }
}

extension Engine {
    /// Works as a service while `body` runs; then stops gracefully.
    func working(_ body: () async throws -> Void) async throws {
        let group = ServiceGroup(services: [self], logger: .quiet)
        async let end: Void = group.run()
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        await group.triggerGracefulShutdown()
        try await end
        try result.get()
    }
}

extension Logger {
    /// Says only what is beyond repair.
    static var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }
}

extension TemporarySchema {
    func count(_ sql: String) async throws -> Int64 { try await rows(sql) { $0.int(0) }[0] }
}
