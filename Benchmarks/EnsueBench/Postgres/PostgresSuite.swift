import Ensue
import EnsuePostgres
import Foundation
import Logging
import PostgresServer
import Synchronization

/// All figures of the fleet's store, on a server of its own that shares the machine with what is measured.
///
/// Durable: `fsync` and `synchronous_commit` are on. The server's other settings are those of a small machine that is
/// meant to be used: more shared memory, and checkpoints far apart, for every contender alike.
struct PostgresSuite {
    static let settings = [
        "fsync": "on", "synchronous_commit": "on", "shared_buffers": "1GB", "max_wal_size": "16GB",
        "checkpoint_timeout": "30min", "max_connections": "100", "max_locks_per_transaction": "256",
    ]

    let rounds: Int
    /// Finished effects in the ledger of `postgres.drain.history`.
    let history: Int
    /// How long `postgres.drain.pinned` works before it measures.
    let pinnedFor: Duration
    private let server = ServerOnDemand(settings: PostgresSuite.settings)

    var measurements: [Measurement] {
        [
            Measurement(name: "postgres.request.bulk") { try await bulk() },
            Measurement(name: "postgres.request.single") { try await single() },
            Measurement(name: "postgres.drain") { try await drain() },
            Measurement(name: "postgres.drain.history") { try await drainWithHistory() },
            Measurement(name: "postgres.drain.pinned") { try await drainWhilePinned() },
            Measurement(name: "postgres.pickup") { try await pickup() },
            Measurement(name: "postgres.recovery") { try await recovery() },
            Measurement(name: "postgres.idle") { try await idle() },
            Measurement(name: "postgres.wal") { try await wal() },
        ]
    }

    // MARK: Requesting

    private func bulk() async throws -> [Result] {
        var rates: [Int: [Double]] = [:]
        for _ in 0..<rounds {
            for callers in [1, 4] {
                let rate = try await inFreshStore { store, _ in
                    let start = ContinuousClock.now
                    try await withThrowingTaskGroup { group in
                        for _ in 0..<callers { group.addTask { try await fill(store, count: 200_000 / callers) } }
                        try await group.waitForAll()
                    }
                    return 200_000 / start.duration(to: .now).inSeconds
                }
                rates[callers, default: []].append(rate)
            }
        }
        return [(1, "postgres.request.bulk.alone"), (4, "postgres.request.bulk")].map { callers, name in
            Result(
                name, rates[callers, default: []].median, "/s", limit: 90_000,
                settings: ["batch": "1000", "callers": "\(callers)"])
        }
    }

    private func single() async throws -> [Result] {
        var rates: [Double] = []
        for _ in 0..<rounds {
            rates.append(
                try await inFreshStore { store, _ in
                    let engine = try Engine(store: store, handlers: Handlers())
                    let start = ContinuousClock.now
                    let calls = try await withThrowingTaskGroup(of: Int.self) { group in
                        for caller in 0..<64 {
                            group.addTask { try await Self.call(engine, caller, until: start + .seconds(3)) }
                        }
                        return try await group.reduce(0, +)
                    }
                    return Double(calls) / start.duration(to: .now).inSeconds
                })
        }
        return [Result("postgres.request.single", rates.median, "/s", limit: 15_000, settings: ["callers": "64"])]
    }

    private static func call(
        _ engine: Engine, _ caller: Int, until end: ContinuousClock.Instant
    ) async throws -> Int {
        var calls = 0
        while ContinuousClock.now < end {
            try await engine.request(Noop(number: caller, note: "a note of some length"))
            calls += 1
        }
        return calls
    }

    // MARK: Draining

    /// The limit loop, one process and two processes in turn, each from process start to the last row.
    private func drain() async throws -> [Result] {
        var rates: [String: [Double]] = [:]
        for _ in 0..<rounds {
            for (name, workers) in [("limit", 0), ("one", 1), ("two", 2)] {
                let rate = try await inFreshStore { store, database in
                    try await fill(store, count: 200_000)
                    try await database.settleDown()
                    return workers == 0
                        ? try await LimitLoop(database: database).drain()
                        : try await drainRate(database, count: 200_000, processes: workers)
                }
                rates[name, default: []].append(rate)
            }
        }
        let (limit, one) = (rates["limit", default: []].median, rates["one", default: []].median)
        return [
            Result(
                "postgres.drain", one, "/s", limit: limit, settings: ["effects": "200000", "limit": "PL/pgSQL loop"]),
            Result(
                "postgres.drain.two", rates["two", default: []].median, "/s", limit: one,
                settings: ["processes": "2", "limit": "postgres.drain"]),
        ]
    }

    private func drainWithHistory() async throws -> [Result] {
        var rates: [String: [Double]] = [:]
        try await inFreshStore { store, aged in
            try await aged.prepareHistory(count: history)
            for _ in 0..<rounds {
                rates["fresh", default: []].append(
                    try await inFreshStore { store, database in
                        try await fill(store, count: 200_000)
                        try await database.settleDown()
                        return try await drainRate(database, count: 200_000, processes: 1)
                    })
                try await fill(store, count: 200_000)
                try await aged.settleDown()
                rates["history", default: []].append(try await drainRate(aged, count: 200_000, processes: 1))
            }
        }
        return [
            Result(
                "postgres.drain.history", rates["history", default: []].median, "/s",
                limit: rates["fresh", default: []].median,
                settings: ["finished": "\(history)", "limit": "the same without"])
        ]
    }

    /// A transaction that holds back every vacuum, while effects come and go at a steady rate; then a drain. The dead
    /// rows are counted before the transaction ends, and after.
    private func drainWhilePinned() async throws -> [Result] {
        try await inFreshStore { store, database in
            try await fill(store, count: 200_000)
            let fresh = try await drainRate(database, count: 200_000, processes: 1)
            let pin = try await database.pin()
            let worked = try await steadyLoad(store, perSecond: 5000, for: pinnedFor)
            try await fill(store, count: 200_000)
            let pinned = try await drainRate(database, count: 200_000, processes: 1)
            let dead = try await database.deadReadyRows()
            try await pin.release()
            let left = try await database.deadReadyRowsAfterVacuum()
            let settings = ["limit": "the same without", "load": "5000/s for \(pinnedFor)"]
            return [
                Result("postgres.drain.pinned", pinned, "/s", limit: fresh, settings: settings),
                Result(
                    "postgres.pinned.dead", dead / Double(worked + 200_000), "rows/claim", limit: 1,
                    settings: settings.filter { $0.key == "load" }),
                Result("postgres.pinned.left", left, "rows", settings: settings.filter { $0.key == "load" }),
            ]
        }
    }

    // MARK: Picking up

    private func pickup() async throws -> [Result] {
        let delays = DelayLog()
        var handlers = Handlers()
        handlers.handle(Stamp.self) { stamp, _ in
            delays.add(Double(Stamp.now() - stamp.sentAt) / 1000)
            return .completed()
        }
        let all = try await inFreshStore { [handlers] store, database in
            try await Running.engine(try Engine(store: store, handlers: handlers)) { engine in
                try await Task.sleep(for: .milliseconds(500))
                let start = ContinuousClock.now
                for number in 0..<3000 {
                    try await Task.sleep(until: start + .microseconds(3333 * number), clock: .continuous)
                    try await engine.request(Stamp(sentAt: Stamp.now()))
                }
                try await database.waitUntilEmpty()
                return delays.all
            }
        }
        let settings = ["rate": "300/s", "requests": "\(all.count)"]
        return [
            Result("postgres.pickup.p50", all.median, "ms", limit: 3, settings: settings),
            Result("postgres.pickup.p99", all.percentile(0.99), "ms", limit: 12, settings: settings),
        ]
    }

    /// From the kill -9 of a process that has claimed to the last settling by another one, with the default settings.
    private func recovery() async throws -> [Result] {
        let seconds = try await inFreshStore { store, database in
            let victim = try database.worker(["--hang"])
            for _ in 0..<100 {
                _ = try await store.request(EffectRequest(Noop(number: 1, note: "to be lost"), key: nil).repeated(10))
            }
            try await database.wait(for: "SELECT count(*) > 0 FROM ensue.leases")
            let heir = try database.worker([])
            try await Task.sleep(for: .seconds(16))
            kill(victim.processIdentifier, SIGKILL)
            let start = ContinuousClock.now
            try await database.waitUntilEmpty()
            let took = start.duration(to: .now).inSeconds
            heir.terminate()
            return took
        }
        return [Result("postgres.recovery", seconds, "s", limit: 20, settings: ["lease": "15 s"])]
    }

    // MARK: Costs

    /// Counted by the server itself, on one that is set up to count.
    private func idle() async throws -> [Result] {
        let counting = try await PostgresServer.start(settings: ["shared_preload_libraries": "pg_stat_statements"])
        let rate = try await inFreshStore(on: counting) { store, database in
            var handlers = Handlers()
            handlers.handle(Noop.self) { _, _ in .completed() }
            return try await Running.engine(try Engine(store: store, handlers: handlers)) { _ in
                try await Task.sleep(for: .seconds(8))
                let before = try await database.statements()
                try await Task.sleep(for: .seconds(30))
                return (try await database.statements() - before) / 30
            }
        }
        return [Result("postgres.idle.statements", rate, "statements a second", limit: 5)]
    }

    /// What one effect costs from its request to its outcome, in bulk.
    private func wal() async throws -> [Result] {
        let (bytes, transactions) = try await inFreshStore { store, database in
            try await database.checkpoint()
            let before = try await database.costs()
            try await fill(store, count: 200_000)
            _ = try await drainRate(database, count: 200_000, processes: 1)
            let after = try await database.costs()
            return ((after.bytes - before.bytes) / 200_000, (after.transactions - before.transactions) / 200_000)
        }
        return [
            Result("postgres.wal.bytes", bytes, "bytes an effect", limit: 800),
            Result("postgres.wal.transactions", transactions, "transactions an effect", limit: 0.01),
        ]
    }

    // MARK: Helpers

    func inFreshStore<Value>(
        on own: PostgresServer? = nil, _ body: (PostgresStore, BenchDatabase) async throws -> Value
    ) async throws -> Value {
        let database: BenchDatabase
        if let own {
            database = try await BenchDatabase(server: own)
        } else {
            database = try await BenchDatabase(server: server.get())
        }
        let store = try await PostgresStore(database.address)
        let value: Value
        do { value = try await body(store, database) } catch {
            await store.close()
            throw error
        }
        await store.close()
        try await database.drop()
        return value
    }

    func fill(_ store: PostgresStore, count: Int) async throws {
        for batch in 0..<(count / 1000) {
            _ = try await store.request(
                try (0..<1000).map {
                    try EffectRequest(Noop(number: batch * 1000 + $0, note: "a note of some length"))
                })
        }
    }

    /// Starts so many processes that do nothing but drain, and returns effects a second until nothing is left.
    func drainRate(_ database: BenchDatabase, count: Int, processes: Int) async throws -> Double {
        let start = ContinuousClock.now
        let workers = try (0..<processes).map { _ in try database.worker([]) }
        try await database.waitUntilEmpty()
        let took = start.duration(to: .now).inSeconds
        for worker in workers { worker.terminate() }
        for worker in workers { while worker.isRunning { try await Task.sleep(for: .milliseconds(10)) } }
        return Double(count) / took
    }

    /// Requests and handles so many effects a second; returns how many.
    private func steadyLoad(_ store: PostgresStore, perSecond: Int, for span: Duration) async throws -> Int {
        var handlers = Handlers()
        handlers.handle(Noop.self) { _, _ in .completed() }
        return try await Running.engine(try Engine(store: store, handlers: handlers)) { engine in
            let start = ContinuousClock.now
            var count = 0
            while start.duration(to: .now) < span {
                try await Task.sleep(until: start + .milliseconds(count * 1000 / perSecond), clock: .continuous)
                _ = try await engine.request(
                    EffectRequest(Noop(number: count, note: "a note of some length")).repeated(50))
                count += 50
            }
            return count
        }
    }
}

extension EffectRequest {
    func repeated(_ count: Int) -> [EffectRequest] { Array(repeating: self, count: count) }
}

/// The server, started when the first measurement needs it.
private final class ServerOnDemand: Sendable {
    private let settings: [String: String]
    private let started = Mutex<PostgresServer?>(nil)

    init(settings: [String: String]) { self.settings = settings }

    func get() async throws -> PostgresServer {
        if let server = started.withLock({ $0 }) { return server }
        let server = try await PostgresServer.start(settings: settings)
        started.withLock { $0 = server }
        return server
    }
}
