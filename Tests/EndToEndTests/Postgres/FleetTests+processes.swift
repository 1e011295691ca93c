import Foundation
import PostgresServer
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

extension FleetTests {
    /// What happens to processes. `ENSUE_KILL_ROUNDS` sets how many rounds each campaign has.
    struct Processes {
        @Test(arguments: [2, 4])
        func `kill -9 of any process at any moment loses nothing and repeats nothing unseen`(_ count: Int) async throws
        {
            var random = FleetTests.random()
            try await Fleet.working(.init(processes: count)) { fleet in
                for _ in 1...FleetTests.rounds {
                    try await Task.sleep(for: .milliseconds(Int.random(in: 50...1200, using: &random)))
                    let victim = try #require(fleet.processes.randomElement(using: &random))
                    try await fleet.kill(victim)
                    let violations = try await fleet.ledger.violations()
                    #expect(violations.prefix(10) == [], "in the middle of it")
                    try await fleet.startProcess(0)
                }
                try await fleet.load.progress()
            }
        }

        @Test func `a process paused past its lease settles nothing when it wakes, and is counted`() async throws {
            let server = try await Fleet.server()
            let (folder, receiver) = (try TemporaryFolder(), try await SlowReceiver.start())
            let logs = folder.url.appendingPathComponent("serve").path
            let paused = try await ServerProcess.start("serve", store: server.address(), logs: logs)
            defer { paused.signal(SIGKILL) }
            let answer = try await paused.post(
                "/v1/effects", #"{"kind":"http.request","payload":{"url":"\#(receiver.url)","text":"hello"}}"#)
            let id = try #require(try answer.string("id"))
            try await eventually("the request arrives", within: .seconds(10)) { receiver.requests == 1 }
            paused.signal(SIGSTOP)
            let other = try await ServerProcess.start("serve", store: server.address(), logs: logs)
            defer { other.signal(SIGKILL) }
            try await eventually("the other process repeats it", within: .seconds(20)) { receiver.requests == 2 }
            receiver.answerAll()
            try await eventually("it is completed", within: .seconds(10)) {
                try await other.get("/v1/effects/\(id)").string("state") == "completed"
            }
            paused.signal(SIGCONT)
            let ledger = PostgresLedger(server: server)
            try await poll("the late result is counted", within: .seconds(20)) {
                try await ledger.count("SELECT count(*) FROM counts WHERE measure = 'stale'") == 1
            }
            #expect(try await paused.get("/v1/effects/\(id)").string("state") == "completed")
            #expect(try await paused.stop() == 0)
            #expect(try await other.stop() == 0)
            #expect(try await ledger.sql("SELECT run, outcome FROM outcomes WHERE effect = \(id)") == "2|completed")
            #expect(try await ledger.sql("SELECT run, result FROM attempts WHERE effect = \(id)") == "1|lost")
            #expect(try await ledger.violations() == [])
            try await receiver.stop()
        }

        @Test(.enabled(if: Skew.isPossible, "faketime is not installed"))
        func `processes whose clocks are hours apart go by the database's clock`() async throws {
            var skewed: [Int32] = []
            defer { for identifier in skewed { Skew.tidy(after: identifier) } }
            try await Fleet.working(.init(processes: 0, lease: 5)) { fleet in
                try await fleet.startProcess(0, ahead: "+1h")
                try await fleet.startProcess(1, ahead: "-1h")
                skewed = fleet.processes.map(\.identifier)
                let due = try await fleet.ledger.requestLog(in: "3 s")
                let far = try await fleet.ledger.requestLog(in: "30 min")
                try await poll("both have been alive for longer than a lease", within: .seconds(30)) {
                    try await fleet.ledger.count(
                        """
                        SELECT count(*) FROM workers WHERE beat_at > joined_at + interval '5 s' AND name <> 'listener'
                        """) == 2
                }
                #expect(
                    try await fleet.ledger.sql("SELECT state FROM ledger WHERE id = \(far)") == "scheduled",
                    "for one of them its time is long past")
                let ends = try await fleet.ledger.sql(
                    "SELECT o.completed_at >= e.due_at FROM outcomes o JOIN effects e ON e.id = o.effect WHERE e.id = \(due)"
                )
                #expect(ends == "t")
                let odd = try await fleet.ledger.sql(
                    "SELECT name, expires_at - now() FROM workers WHERE expires_at NOT BETWEEN now() AND now() + interval '5 s'"
                )
                #expect(odd == "")
                #expect(try await fleet.ledger.count("SELECT count(*) FROM attempts WHERE result = 'lost'") == 0)
                try await fleet.kill(try #require(fleet.processes.last))
                try await poll("the dead one is taken for dead", within: .seconds(20)) {
                    try await fleet.ledger.count("SELECT count(*) FROM workers") == 2
                }
                _ = try await fleet.ledger.sql("UPDATE scheduled SET due_at = now() WHERE effect = \(far)")
            }
        }

        @Test func `what a killed process had is handled again within 20 seconds with default settings`() async throws {
            let server = try await Fleet.server()
            let (folder, receiver) = (try TemporaryFolder(), try await SlowReceiver.start())
            let logs = folder.url.appendingPathComponent("serve").path
            let killed = try await ServerProcess.start("serve", store: server.address(), lease: nil, logs: logs)
            defer { killed.signal(SIGKILL) }
            for _ in 1...5 {
                _ = try await killed.post(
                    "/v1/effects", #"{"kind":"http.request","payload":{"url":"\#(receiver.url)","text":"hello"}}"#)
            }
            try await eventually("the requests arrive", within: .seconds(10)) { receiver.requests == 5 }
            let other = try await ServerProcess.start("serve", store: server.address(), lease: nil, logs: logs)
            defer { other.signal(SIGKILL) }
            try await killed.killNow()
            let start = ContinuousClock.now
            try await eventually("all are sent again", within: .seconds(40)) { receiver.requests == 10 }
            let span = ContinuousClock.now - start
            print("effects of a killed process were handled again after \(span)")
            #expect(span < .seconds(20))
            receiver.answerAll()
            let ledger = PostgresLedger(server: server)
            try await poll("all are completed", within: .seconds(10)) { try await ledger.open() == 0 }
            #expect(try await other.stop() == 0)
            #expect(try await ledger.violations() == [])
            try await receiver.stop()
        }
    }
}

extension PostgresLedger {
    /// Requests an effect of kind `log` for a time that far ahead, and returns its id.
    fileprivate func requestLog(in span: String) async throws -> String {
        try await sql(
            """
            INSERT INTO effects (kind, payload, due_at) VALUES ('log', '{"message":"later"}', now() + interval '\(span)')
            RETURNING id
            """)
    }
}

/// A clock that is wrong, for a program that is started with it.
enum Skew {
    /// Where Debian and Homebrew have it.
    private static let library: String? = {
        let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/lib64"]
        return folders.map { "\($0)/faketime/libfaketime.so.1" }.first { FileManager.default.fileExists(atPath: $0) }
    }()

    static var isPossible: Bool { library != nil }

    /// The library changes the environment of the program that loads it first, beyond which Swift looks for a program's
    /// arguments; so that is another one.
    static let launcher = "/usr/bin/env"

    /// Removes what the library leaves behind.
    static func tidy(after identifier: Int32) {
        unlink("/dev/shm/faketime_shm_\(identifier)")
        unlink("/dev/shm/sem.faketime_sem_\(identifier)")
    }

    /// The wrong wall clock only: what measures spans stays as it is.
    static func environment(_ offset: String) -> [String: String] {
        [
            "LD_PRELOAD": library ?? "", "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
        ]
    }
}
