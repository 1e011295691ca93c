import Ensue
import EnsuePostgres
import Foundation
import Logging
import PostgresServer
import ServiceLifecycle
import Synchronization
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Processes of the real executable on one PostgreSQL ledger, under load, with a receiver for what they send and a
/// listener in this process.
final class Fleet: Sendable {
    /// How a fleet is set up.
    struct Plan: Sendable {
        var processes = 2
        /// Seconds.
        var lease = 2
        /// The server's own unless given.
        var addresses: [String]?
        var server: PostgresServer?

        func address(_ number: Int, _ server: PostgresServer) -> String {
            guard let addresses else { return server.address() }
            return addresses[number % addresses.count]
        }
    }

    let plan: Plan
    let load: FleetLoad
    let receiver = CountingReceiver()
    private let folder: TemporaryFolder
    private let state: Mutex<(server: PostgresServer, processes: [ServerProcess])>

    /// Where the ledger is at present.
    var server: PostgresServer { state.withLock { $0.server } }
    var ledger: PostgresLedger { PostgresLedger(server: server) }
    var processes: [ServerProcess] { state.withLock { $0.processes } }

    private init(_ plan: Plan) async throws {
        self.plan = plan
        folder = try TemporaryFolder()
        let server: PostgresServer
        if let given = plan.server { server = given } else { server = try await Self.server() }
        state = Mutex((server, []))
        load = FleetLoad(server, receiver)
    }

    /// A server that loses nothing in a crash of its own; a crash of the machine is not what is tested.
    static func server() async throws -> PostgresServer { try await .start(settings: ["fsync": "off"]) }

    /// Lets the fleet work under load while `body` does to it what it must survive; then waits until everything has
    /// ended, stops all processes in order and examines the ledger.
    static func working(_ plan: Plan = Plan(), _ body: (Fleet) async throws -> Void) async throws {
        let fleet = try await Fleet(plan)
        defer { for process in fleet.processes { process.signal(SIGKILL) } }
        do {
            try await fleet.receiver.receiving {
                try await fleet.listening {
                    for number in 0..<plan.processes { try await fleet.startProcess(number) }
                    try await fleet.loaded { try await body(fleet) }
                    try await fleet.settle()
                }
                for process in fleet.processes { #expect(try await process.stop() == 0) }
            }
        } catch {
            throw EndToEndError("\(error)\n\(try fleet.logs())")
        }
        let violations = try await fleet.ledger.violations(
            acknowledged: fleet.load.acknowledged, listeners: [FleetLoad.heardType: 1],
            deliveries: fleet.receiver.deliveries)
        let logs = violations.isEmpty ? "" : try fleet.logs()
        #expect(violations.prefix(10) == [], "\(violations.count) in all\n\(logs)")
        print("\(fleet.processes.count) processes, \(fleet.load.acknowledged.count) records and requests acknowledged")
    }

    private func loaded(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { await self.load.run() }
            do { try await body() } catch {
                group.cancelAll()
                throw error
            }
            load.stop()
            try await group.waitForAll()
        }
    }

    /// A worker that is never killed, and that alone handles the listener's effects.
    private func listening(_ body: () async throws -> Void) async throws {
        var logger = Logger(label: "listener")
        logger.logLevel = .critical
        let store = try await PostgresStore(plan.address(0, server), logger: logger)
        var handlers = Handlers()
        handlers.listen(matching: .glob(FleetLoad.heardType), as: "audit") { _, _ in }
        let engine = try Engine(
            store: store, handlers: handlers, options: EngineOptions(name: "listener", lease: .seconds(plan.lease)),
            logger: logger)
        let group = ServiceGroup(configuration: .init(services: [.init(service: engine)], logger: logger))
        async let end: Void = group.run()
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        await group.triggerGracefulShutdown()
        try await end
        await store.close()
        try result.get()
    }

    // MARK: What is done to it

    /// A process at the plan's address of that number; with another clock if `ahead` says so: `+1h`.
    func startProcess(_ number: Int, ahead: String? = nil) async throws {
        let address = plan.address(number, server)
        let process = try await ServerProcess.start(
            "serve", store: address, lease: plan.lease, environment: ahead.map(Skew.environment) ?? [:],
            launcher: ahead.map { _ in Skew.launcher },
            logs: folder.url.appendingPathComponent("serve").path)
        state.withLock { $0.processes.append(process) }
        load.aim(at: processes)
    }

    /// `kill -9`. Nobody sends to it any more.
    func kill(_ process: ServerProcess) async throws {
        state.withLock { state in state.processes.removeAll { $0 === process } }
        load.aim(at: processes)
        try await process.killNow()
    }

    /// The ledger is somewhere else now.
    func move(to server: PostgresServer) {
        state.withLock { $0.server = server }
        load.aim(at: server)
    }

    // MARK: What is seen of it

    /// How many processes run.
    var running: Int { processes.filter(\.isRunning).count }

    /// Until so many more effects have ended.
    func ends(_ count: Int, within span: Duration = .seconds(40)) async throws {
        let before = try await ledger.count("SELECT count(*) FROM outcomes")
        try await poll("\(count) more effects end", within: span) {
            try await self.ledger.count("SELECT count(*) FROM outcomes") >= before + count
        }
    }

    private func settle() async throws {
        try await poll("everything has been routed and has ended", within: .seconds(90)) {
            try await self.ledger.open() == 0
        }
        // Those, too, that had nothing when they were killed.
        try await poll("the dead are buried", within: .seconds(30)) {
            try await self.ledger.count("SELECT count(*) FROM workers") == self.processes.count + 1
        }
    }

    private func logs() throws -> String {
        let files = try FileManager.default.contentsOfDirectory(at: folder.url, includingPropertiesForKeys: nil)
        return try files.map { file in
            "\(file.lastPathComponent):\n\(try String(contentsOf: file, encoding: .utf8).suffix(3000))"
        }.joined(separator: "\n")
    }
}

/// As `eventually`, for questions each of which starts a program.
func poll(_ what: String, within span: Duration, _ condition: @escaping () async throws -> Bool) async throws {
    let end = ContinuousClock.now + span
    while try await !condition() {
        guard ContinuousClock.now < end else { throw EndToEndError("not within \(span): \(what)") }
        try await Task.sleep(for: .milliseconds(100))
    }
}
