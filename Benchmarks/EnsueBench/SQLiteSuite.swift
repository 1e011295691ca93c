import Ensue
import EnsueSQLite
import Foundation
import GRDB
import Synchronization

/// An effect whose handler does nothing but decode it.
struct Noop: Effect {
    static let kind: EffectKind = "bench.noop"
    var number: Int
    var note: String
}

/// An effect that knows when it was requested, in microseconds since 1970.
struct Stamp: Effect {
    static let kind: EffectKind = "bench.stamp"
    var sentAt: Int64

    static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }
}

struct Measured: Event {
    static let eventType: EventType = "bench.Measured"
    var number: Int
    var note: String
}

/// A figure, or several that are measured together.
struct Measurement {
    let name: String
    let measure: () async throws -> [Result]
}

/// All figures of the embedded store.
struct SQLiteSuite {
    let folder: URL
    let rounds: Int

    var measurements: [Measurement] {
        [
            Measurement(name: "sqlite.record.single") { try await single("sqlite.record.single", record: true) },
            Measurement(name: "sqlite.request.single") { try await single("sqlite.request.single", record: false) },
            Measurement(name: "sqlite.request.bulk") { try await bulk() },
            Measurement(name: "sqlite.drain") { try await drain() },
            Measurement(name: "sqlite.flow") { try await flow() },
            Measurement(name: "sqlite.pickup") { try await pickup() },
            Measurement(name: "sqlite.pickup.foreign") { try await foreignPickup() },
            Measurement(name: "sqlite.idle") { try await idle() },
            Measurement(name: "sqlite.memory.waiting") { try await memory() },
        ]
    }

    // MARK: Recording and requesting

    /// Durable calls of 64 concurrent callers, one event or effect each.
    private func single(_ name: String, record: Bool) async throws -> [Result] {
        var rates: [Double] = []
        for _ in 0..<rounds {
            rates.append(
                try await inFreshStore { store in
                    let engine = try Engine(store: store, handlers: Handlers())
                    let start = ContinuousClock.now
                    let calls = try await withThrowingTaskGroup(of: Int.self) { group in
                        for caller in 0..<64 {
                            group.addTask {
                                try await Self.call(engine, caller, record: record, until: start + .seconds(3))
                            }
                        }
                        return try await group.reduce(0, +)
                    }
                    return Double(calls) / start.duration(to: .now).inSeconds
                })
        }
        return [Result(name, rates.median, "/s", limit: 22_000, settings: ["callers": "64", "synchronous": "FULL"])]
    }

    private static func call(
        _ engine: Engine, _ caller: Int, record: Bool, until end: ContinuousClock.Instant
    ) async throws -> Int {
        var calls = 0
        while ContinuousClock.now < end {
            if record {
                try await engine.record(Measured(number: caller, note: "a note of some length"))
            } else {
                try await engine.request(Noop(number: caller, note: "a note of some length"))
            }
            calls += 1
        }
        return calls
    }

    /// A caller alone encodes while nothing is written, and waits while its batch is; four overlap.
    private func bulk() async throws -> [Result] {
        var rates: [Int: [Double]] = [:]
        for _ in 0..<rounds {
            for callers in [1, 4] {
                rates[callers, default: []].append(try await bulkRate(callers: callers))
            }
        }
        return [(1, "sqlite.request.bulk.alone"), (4, "sqlite.request.bulk")].map { callers, name in
            Result(
                name, rates[callers, default: []].median, "/s", limit: 100_000,
                settings: ["batch": "1000", "callers": "\(callers)"])
        }
    }

    private func bulkRate(callers: Int) async throws -> Double {
        try await inFreshStore { store in
            let start = ContinuousClock.now
            try await withThrowingTaskGroup { group in
                for _ in 0..<callers { group.addTask { try await self.fill(store, count: 200_000 / callers) } }
                try await group.waitForAll()
            }
            return 200_000 / start.duration(to: .now).inSeconds
        }
    }

    // MARK: Draining

    /// The engine and the bare loop in turn, without and with two million finished effects in the ledger.
    private func drain() async throws -> [Result] {
        var rates: [String: [Double]] = [:]
        let aged = folder.appendingPathComponent("history.db").path
        try removeDatabase(aged)
        try await prepareHistory(aged, count: 2_000_000)
        for _ in 0..<rounds {
            rates["limit", default: []].append(
                try await inFreshStore { store in
                    try await fill(store, count: 200_000)
                    return try BareLoop(path: store.path).drain(kind: Noop.kind.rawValue)
                })
            rates["drain", default: []].append(
                try await inFreshStore { store in
                    try await fill(store, count: 200_000)
                    return try await drainRate(store, count: 200_000)
                })
            let store = try SQLiteStore(path: aged)
            try await fill(store, count: 200_000)
            rates["history", default: []].append(try await drainRate(store, count: 200_000))
        }
        try removeDatabase(aged)
        let fresh = rates["drain", default: []].median
        return [
            Result(
                "sqlite.drain", fresh, "/s", limit: rates["limit", default: []].median,
                settings: ["effects": "200000", "limit": "bare GRDB loop"]),
            Result(
                "sqlite.drain.history", rates["history", default: []].median, "/s", limit: fresh,
                settings: ["finished": "2000000", "limit": "sqlite.drain"]),
        ]
    }

    /// From the start of the engine to the last outcome.
    func drainRate(_ store: SQLiteStore, count: Int) async throws -> Double {
        var handlers = Handlers()
        handlers.handle(Noop.self) { _, _ in .completed() }
        let start = ContinuousClock.now
        return try await Running.engine(try Engine(store: store, handlers: handlers)) { _ in
            try await waitUntilEmpty(store)
            return Double(count) / start.duration(to: .now).inSeconds
        }
    }

    private func flow() async throws -> [Result] {
        let count = 150_000
        var rates: [Double] = []
        for _ in 0..<rounds {
            rates.append(
                try await inFreshStore { store in
                    var handlers = Handlers()
                    handlers.listen(to: Measured.self, as: "bench") { _, _ in }
                    return try await Running.engine(try Engine(store: store, handlers: handlers)) { engine in
                        let start = ContinuousClock.now
                        for batch in 0..<(count / 500) {
                            let drafts = try (0..<500).map {
                                try EventDraft(Measured(number: batch * 500 + $0, note: "a note of some length"))
                            }
                            _ = try await engine.record(drafts)
                        }
                        try await waitUntilEmpty(store)
                        return Double(count) / start.duration(to: .now).inSeconds
                    }
                })
        }
        return [Result("sqlite.flow", rates.median, "events/s", limit: 20_000, settings: ["events": "\(count)"])]
    }

    // MARK: Picking up

    private func pickup() async throws -> [Result] {
        let delays = try await delays { engine, _ in
            let start = ContinuousClock.now
            for number in 0..<1500 {
                try await Task.sleep(until: start + .microseconds(3333 * number), clock: .continuous)
                try await engine.request(Stamp(sentAt: Stamp.now()))
            }
        }
        let settings = ["rate": "300/s", "requests": "\(delays.count)"]
        return [
            Result("sqlite.pickup.p50", delays.median, "ms", limit: 2, settings: settings),
            Result("sqlite.pickup.p99", delays.percentile(0.99), "ms", limit: 10, settings: settings),
        ]
    }

    private func foreignPickup() async throws -> [Result] {
        let delays = try await delays { _, store in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
            process.arguments = ["produce", store.path, "--count", "600", "--per-second", "100"]
            try process.run()
            while process.isRunning { try await Task.sleep(for: .milliseconds(20)) }
        }
        return [
            Result(
                "sqlite.pickup.foreign.p50", delays.median, "ms", limit: 10,
                settings: ["rate": "100/s", "requests": "\(delays.count)"])
        ]
    }

    /// Milliseconds from just before the request to the start of the handler.
    private func delays(
        _ produce: @escaping @Sendable (Engine, SQLiteStore) async throws -> Void
    ) async throws -> [Double] {
        let delays = DelayLog()
        var handlers = Handlers()
        handlers.handle(Stamp.self) { stamp, _ in
            delays.add(Double(Stamp.now() - stamp.sentAt) / 1000)
            return .completed()
        }
        return try await inFreshStore { store in
            try await Running.engine(try Engine(store: store, handlers: handlers)) { engine in
                try await Task.sleep(for: .milliseconds(500))
                try await produce(engine, store)
                try await waitUntilEmpty(store)
                return delays.all
            }
        }
    }

    /// Processor time of an engine that has nothing to do, as a share of one core.
    private func idle() async throws -> [Result] {
        let share = try await inFreshStore { store in
            var handlers = Handlers()
            handlers.handle(Noop.self) { _, _ in .completed() }
            return try await Running.engine(try Engine(store: store, handlers: handlers)) { _ in
                try await Task.sleep(for: .seconds(1))
                let before = processorSeconds()
                try await Task.sleep(for: .seconds(10))
                return (processorSeconds() - before) / 10 * 100
            }
        }
        return [Result("sqlite.idle", share, "% of a core", limit: 1)]
    }

    private func processorSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}

/// What handlers measured.
final class DelayLog: Sendable {
    private let delays = Mutex<[Double]>([])
    func add(_ delay: Double) { delays.withLock { $0.append(delay) } }
    var all: [Double] { delays.withLock { $0 } }
}
