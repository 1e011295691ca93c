import Ensue
import EnsueTesting
import Foundation
import Logging
import ServiceLifecycle
import Testing

@testable import EnsueSQLite

/// A store in a file of its own, which is gone afterwards, and engines on it.
final class EngineBench: Sendable {
    let sqlite: SQLiteStore
    private let folder: URL
    private let clock: any EngineClock
    private var path: String { folder.appending(path: "ensue.db").path }
    var store: any Store { sqlite }

    init(clock: any EngineClock = SystemClock()) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "ensue-engine-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.clock = clock
        sqlite = try SQLiteStore(path: folder.appending(path: "ensue.db").path, clock: clock)
    }

    deinit {
        do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
    }

    /// The same file, opened as another process would.
    func secondStore() throws -> any Store { try SQLiteStore(path: path, clock: clock) }

    /// An engine on `store`, or on the bench's own. Its leases last as long as any test.
    func engine(
        _ handlers: Handlers = Handlers(), on store: (any Store)? = nil,
        options: EngineOptions = EngineOptions(lease: .seconds(86_400))
    ) throws -> Engine {
        try Engine(
            store: store ?? self.store, handlers: handlers, options: options, logger: .quiet, clock: clock,
            random: SystemRandomness())
    }

    /// Rows of the store's tables at one moment.
    func rows(of tables: String...) async throws -> Int {
        let counts = tables.map { "(SELECT count(*) FROM {\($0)})" }.joined(separator: " + ")
        let count: Int? = try await sqlite.read("test") { try $0.value("SELECT \(counts)") }
        return count ?? 0
    }

    /// How often something has happened to effects of a kind.
    func count(_ measure: Counter.Measure, _ kind: EffectKind) async throws -> Int {
        try await store.counters().filter { $0.measure == measure && $0.kind == kind }.reduce(0) { $0 + $1.count }
    }

    /// All effects, in the order in which they were requested.
    func ledger() async throws -> [EffectRecord] {
        var records: [EffectRecord] = []
        while let record = try await store.effect(EffectID(rawValue: Int64(records.count + 1))) {
            records.append(record)
        }
        return records
    }

    /// Waits until a worker has joined.
    func joined() async throws {
        for await _ in store.changes() where try await rows(of: "workers") == 1 { return }
        throw CancellationError()
    }

    /// Waits until nothing is left to route, to run or to follow. Helps with what has no sign of its own.
    @discardableResult
    func quiet() async throws -> [EffectRecord] {
        for await _ in store.changes() {
            _ = try await store.route(limit: 1000)
            _ = try await store.follow(limit: 1000)
            if try await rows(of: "unrouted", "ready", "leases", "ended") == 0 { return try await ledger() }
        }
        throw CancellationError()
    }
}

extension Engine {
    func service() -> ServiceGroup { ServiceGroup(services: [self], logger: .quiet) }

    /// Works as a service while `body` runs; then stops gracefully.
    @discardableResult
    func working<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        let service = service()
        async let end: Void = service.run()
        let value = try await body()
        await service.triggerGracefulShutdown()
        try await end
        return value
    }

    /// An effect as soon as `condition` holds of it.
    @discardableResult
    func effect(_ id: EffectID, until condition: (EffectRecord) -> Bool) async throws -> EffectRecord {
        for await _ in store.changes() {
            let record = try #require(try await store.effect(id), "there should be an effect \(id)")
            if condition(record) { return record }
        }
        throw CancellationError()
    }

    /// An effect as soon as it is in the state of that name.
    @discardableResult
    func effect(_ id: EffectID, becomes state: String) async throws -> EffectRecord {
        try await effect(id) { $0.state.name == state }
    }

    /// The outcome of an effect, for which a test waits as long as it may.
    func outcome(of id: EffectID) async throws -> Outcome {
        try #require(try await effect(id) { $0.outcome != nil }.outcome)
    }
}

extension ManualClock {
    /// Lets `span` pass at once, and then some more, a second at a time, until `body` is done: a loop that was about to
    /// fall asleep has missed the moment.
    @discardableResult
    func pass<Value: Sendable>(_ span: Duration, until body: () async throws -> Value) async throws -> Value {
        advance(by: span)
        return try await withThrowingTaskGroup { group in
            group.addTask {
                while !Task.isCancelled {
                    try await Task.sleep(for: .milliseconds(20))
                    self.advance(by: .seconds(1))
                }
            }
            let value = try await body()
            group.cancelAll()
            return value
        }
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
