import Ensue
import EnsueEffects
import EnsueSQLite
import EnsueTesting
import Foundation
import InMemoryLogging
import Logging
import Testing

/// Runs the built-in handlers as an engine would, one claimed effect at a time.
final class EffectBench: Sendable {
    let clock = ManualClock()
    let log = InMemoryLogHandler()
    private let directory: URL
    private let handlers: Handlers
    private let performer: Performer

    init(_ options: BuiltInEffects? = nil) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "ensue-effects-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let store = try SQLiteStore(path: directory.appending(path: "ensue.db").path())
        var handlers = Handlers()
        handlers.addBuiltInEffects(options ?? BuiltInEffects(clock: clock))
        self.handlers = handlers
        let logger = Logger(label: "test", factory: { [log] _ in log })
        performer = Performer(
            handlers: handlers.registered,
            environment: RunEnvironment(store: store, clock: clock, logger: logger, handlers: Handlers()),
            random: SeededRandomness())
    }

    deinit {
        do { try FileManager.default.removeItem(at: directory) } catch { Issue.record(error) }
    }

    /// Refuses the payload, or not, as before a request from outside is acknowledged.
    func accept(_ kind: EffectKind, _ payload: JSONValue) async throws {
        let check = try #require(handlers.registered[kind]?.check)
        try await check(JSONText(payload))
    }

    func run(_ kind: EffectKind, _ payload: JSONText, run: Int = 1, spent: Int = 0) async throws -> SettledRun {
        let claimed = ClaimedEffect(
            id: EffectID(rawValue: 7), lease: LeaseID(rawValue: 1), account: "acme", kind: kind, payload: payload,
            key: nil, run: run, history: EffectHistory(spent: spent), origin: EffectOrigin(), depth: 0, event: nil)
        return try #require(await performer.perform(claimed))
    }

    func run(_ kind: EffectKind, _ payload: JSONValue, spent: Int = 0) async throws -> SettledRun {
        try await run(kind, JSONText(payload), spent: spent)
    }

    func send(_ request: SendHTTPRequest) async throws -> SettledRun {
        try await run(SendHTTPRequest.kind, JSONText.encoding(request))
    }
}

extension SettledRun {
    /// The output's text where the run completed its effect.
    var outputText: String? {
        guard case .ended(.completed, let output, _) = transition.destination else { return nil }
        return output?.text
    }

    func output() throws -> JSONValue { try JSONValue(parsing: try #require(outputText, "\(transition)")) }

    /// Why the run failed its effect for good.
    var rejection: String? {
        guard case .ended(.failed, _, let error) = transition.destination else { return nil }
        return error
    }

    /// How long until the next run, and why it is needed.
    var retry: (after: Duration, error: String)? {
        guard case .scheduled(let span) = transition.destination, let error = transition.attempted?.error else {
            return nil
        }
        return (span, error)
    }
}
