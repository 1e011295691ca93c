import Foundation
import PostgresServer
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

extension FleetTests {
    /// What happens to the server, and between it and the processes. No process is ever started again.
    struct Servers {
        @Test func `a server that crashes, and one that is stopped for a while, lose nothing acknowledged`()
            async throws
        {
            try await Fleet.working { fleet in
                for _ in 1...max(2, FleetTests.rounds / 2) {
                    try await fleet.load.progress()
                    try await fleet.server.restart(.immediate)
                    try await fleet.load.progress()
                    try await fleet.server.stop(.fast)
                    try await Task.sleep(for: .milliseconds(500))
                    try await fleet.server.startAgain()
                    try await fleet.load.progress()
                    try await fleet.ends(50)
                }
                #expect(fleet.running == 2)
            }
        }

        @Test func `a network that stalls, cuts and delays stops no process for good`() async throws {
            let server = try await Fleet.server()
            let proxy = try await FaultyProxy.start(to: server.port)
            let behind = "\(proxy.address())?ensue_statement_timeout=1"
            // The first process has the bad network to itself; the listener, too, is on the server's side of it.
            let plan = Fleet.Plan(processes: 2, addresses: [server.address(), behind], server: server)
            try await Fleet.working(plan) { fleet in
                let cutOff = fleet.processes[1]
                for _ in 1...5 {
                    try await fleet.load.progress(by: 20)
                    await proxy.cut()
                }
                await proxy.set(.delay(.milliseconds(30)))
                try await fleet.ends(50)
                await proxy.set(.stall)
                // What a look showed is good for a second; then the statement's deadline frees who waits.
                try await eventually("it says that the store does not answer", within: .seconds(20)) {
                    try await cutOff.get("/readyz").status == 503
                }
                await proxy.set(.pass)
                try await eventually("it has a way to the server again", within: .seconds(20)) {
                    try await cutOff.get("/readyz").status == 200
                }
                try await fleet.load.progress()
                try await fleet.ends(50)
                #expect(fleet.running == 2)
            }
        }

        @Test func `after an outage longer than a lease nobody takes anything from the living`() async throws {
            let (server, lease) = (try await Fleet.server(), 6)
            let (folder, receiver) = (try TemporaryFolder(), try await SlowReceiver.start())
            var processes: [ServerProcess] = []
            defer { for process in processes { process.signal(SIGKILL) } }
            for _ in 1...2 {
                processes.append(
                    try await ServerProcess.start(
                        "serve", store: server.address(), lease: lease,
                        logs: folder.url.appendingPathComponent("serve").path))
            }
            // More than one process runs at once: both have some.
            let count = 100
            let ledger = PostgresLedger(server: server)
            _ = try await ledger.sql(
                """
                INSERT INTO effects (kind, payload)
                SELECT 'http.request', '{"url":"\(receiver.url)","text":"hello"}' FROM generate_series(1, \(count))
                """)
            try await eventually("all of them run", within: .seconds(20)) { receiver.requests == count }
            #expect(try await ledger.count("SELECT count(DISTINCT worker) FROM leases") == 2)
            try await server.stop(.fast)
            try await Task.sleep(for: .seconds(lease + 2))
            try await server.startAgain()
            #expect(try await ledger.count("SELECT count(*) FROM leases WHERE expires_at < now()") > 0)
            let back = try await ledger.sql("SELECT now()")
            try await poll("both may rescue again", within: .seconds(40)) {
                try await ledger.count(
                    "SELECT count(*) FROM workers WHERE beat_at > '\(back)'::timestamptz + interval '\(lease) s'") == 2
            }
            #expect(try await ledger.count("SELECT count(*) FROM attempts") == 0)
            receiver.answerAll()
            try await poll("all are completed", within: .seconds(20)) { try await ledger.open() == 0 }
            #expect(try await ledger.count("SELECT count(*) FROM outcomes WHERE run = 1") == count)
            #expect(receiver.requests == count)
            for process in processes { #expect(try await process.stop() == 0) }
            #expect(try await ledger.violations() == [])
            try await receiver.stop()
        }

        @Test func `a synchronous standby takes over without losing anything acknowledged`() async throws {
            let primary = try await Fleet.server()
            let standby = try await primary.makeStandby(synchronous: true)
            let address = "postgres://postgres:postgres@127.0.0.1:\(primary.port),127.0.0.1:\(standby.port)/postgres"
            let plan = Fleet.Plan(addresses: [address + "?target_session_attrs=read-write"], server: primary)
            try await Fleet.working(plan) { fleet in
                try await fleet.load.progress(by: 200)
                try await primary.stop(.immediate)
                try await standby.promote()
                fleet.move(to: standby)
                try await fleet.load.progress(by: 100)
                try await fleet.ends(100)
                #expect(fleet.running == 2)
            }
        }
    }
}
