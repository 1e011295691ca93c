import Foundation
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What is promised whatever happens to the processes. `ENSUE_KILL_ROUNDS` sets how many rounds the campaign has.
@Suite(.serialized, .timeLimit(.minutes(30)))
struct CrashTests {
    private static let rounds = ProcessInfo.processInfo.environment["ENSUE_KILL_ROUNDS"].flatMap(Int.init) ?? 10

    @Test func `kill -9 at random moments under load loses nothing and repeats nothing`() async throws {
        let seed = ProcessInfo.processInfo.environment["ENSUE_SEED"].flatMap(UInt64.init) ?? .random(in: 0...UInt64.max)
        print("seed: ENSUE_SEED=\(seed)")
        var random = SplitMix(state: seed)
        let folder = try TemporaryFolder()
        let load = Load(name: "crash")
        async let producing: Void = load.run()
        for round in 1...Self.rounds {
            let server = try await ServerProcess.start("demo", store: folder.store)
            load.aim(at: server)
            if round % 3 == 0 { try load.insertPlainSQL(into: folder.store, count: 20) }
            try await Task.sleep(for: .milliseconds(Int.random(in: 50...1200, using: &random)))
            load.aim(at: nil)
            try await server.killNow()
        }
        let server = try await ServerProcess.start("demo", store: folder.store)
        load.aim(at: server)
        load.stop()
        await producing
        try await settle(folder.store)
        try await server.stop()
        try expectNoViolations(folder.store, load)
        #expect(load.sent > 100)
        print("\(Self.rounds) kills, \(load.sent) records and requests acknowledged")
    }

    @Test func `two processes on one file share the work, and one carries on when the other is killed`() async throws {
        let folder = try TemporaryFolder()
        let (first, second) = (Load(name: "first"), Load(name: "second"))
        let killed = try await ServerProcess.start("demo", store: folder.store)
        let survivor = try await ServerProcess.start("demo", store: folder.store)
        first.aim(at: killed)
        second.aim(at: survivor)
        async let producing: Void = first.run(producers: 4)
        async let alsoProducing: Void = second.run(producers: 4)
        try await Task.sleep(for: .seconds(2))
        try await killed.killNow()
        first.aim(at: survivor)
        try await Task.sleep(for: .seconds(1))
        first.stop()
        second.stop()
        _ = await (producing, alsoProducing)
        try await settle(folder.store)
        let workers = try LedgerChecker(path: folder.store).count("SELECT count(*) FROM workers")
        #expect(workers <= 2)
        try await survivor.stop()
        try expectNoViolations(folder.store, first)
        try expectNoViolations(folder.store, second)
    }

    @Test func `a process paused past its lease loses its effects, and settles none of them when it wakes`()
        async throws
    {
        let folder = try TemporaryFolder()
        let receiver = try await SlowReceiver.start()
        let paused = try await ServerProcess.start("serve", store: folder.store)
        let answer = try await paused.post(
            "/v1/effects", #"{"kind":"http.request","payload":{"url":"\#(receiver.url)","text":"hello"}}"#)
        let id = try #require(try answer.string("id"))
        try await eventually("the request arrives", within: .seconds(10)) { receiver.requests == 1 }
        paused.signal(SIGSTOP)
        let other = try await ServerProcess.start("serve", store: folder.store)
        try await eventually("the other process repeats it", within: .seconds(20)) { receiver.requests == 2 }
        receiver.answerAll()
        try await eventually("it is completed", within: .seconds(10)) {
            try await other.get("/v1/effects/\(id)").string("state") == "completed"
        }
        paused.signal(SIGCONT)
        try await eventually("the late result is counted", within: .seconds(10)) {
            try LedgerChecker(path: folder.store).count("SELECT count(*) FROM counters WHERE measure = 'stale'") > 0
        }
        try await paused.stop()
        try await other.stop()
        let checker = LedgerChecker(path: folder.store)
        #expect(try checker.count("SELECT run FROM outcomes WHERE effect = \(id)") == 2)
        #expect(try checker.count("SELECT count(*) FROM attempts WHERE effect = \(id) AND result = 'lost'") == 1)
        #expect(try checker.violations(acknowledged: .init(), listeners: [:]) == [])
        try await receiver.stop()
    }

    @Test func `SIGTERM under load ends in order, loses nothing and repeats nothing`() async throws {
        let folder = try TemporaryFolder()
        let load = Load(name: "term")
        var server = try await ServerProcess.start("demo", store: folder.store)
        load.aim(at: server)
        async let producing: Void = load.run()
        for _ in 0..<2 {
            try await Task.sleep(for: .seconds(1))
            load.aim(at: nil)
            #expect(try await server.stop() == 0)
            let checker = LedgerChecker(path: folder.store)
            #expect(try checker.count("SELECT count(*) FROM leases") == 0)
            #expect(try checker.count("SELECT count(*) FROM workers") == 0)
            server = try await ServerProcess.start("demo", store: folder.store)
            load.aim(at: server)
        }
        load.stop()
        await producing
        try await settle(folder.store)
        try await server.stop()
        try expectNoViolations(folder.store, load)
        let lost = try LedgerChecker(path: folder.store).count(
            "SELECT count(*) FROM attempts a JOIN effects e ON e.id = a.effect WHERE e.kind IN ('log', 'event.record')")
        #expect(lost == 0, "a graceful stop repeats no run that was over")
    }

    /// Until all but the demo's messages to its gateway, which it fails on purpose, has ended.
    private func settle(_ path: String) async throws {
        let checker = LedgerChecker(path: path)
        try await eventually("everything has been routed and has ended", within: .seconds(60)) {
            try checker.unrouted() == 0 && checker.open(kindsLike: "event.record") == 0
                && checker.open(kindsLike: "log") == 0 && checker.open(kindsLike: "listener.%") == 0
        }
    }

    private func expectNoViolations(_ path: String, _ load: Load) throws {
        let violations = try LedgerChecker(path: path).violations(
            acknowledged: load.acknowledged, listeners: Load.listeners)
        #expect(violations.prefix(10) == [])
    }
}

/// A small generator whose seed can be given again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
