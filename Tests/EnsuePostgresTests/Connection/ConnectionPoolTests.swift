import EnsueTesting
import PostgresServer
import Testing

@testable import EnsuePostgres

@Suite(.timeLimit(.minutes(2))) struct ConnectionPoolTests {
    private static func pool(
        _ parameters: String = "", clock: ManualClock = ManualClock()
    ) async throws -> ConnectionPool {
        let server = try await PostgresServer.shared()
        return ConnectionPool(try ConnectionOptions(address: server.address() + parameters), clock: clock)
    }

    @Test func `many share few connections`() async throws {
        let pool = try await Self.pool()
        let pids = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<200 { group.addTask { try await pool.withConnection { try $0.session.pid() } } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect((1...4).contains(pids.count))
        await pool.close()
        await #expect(throws: PostgresError.self) { try await pool.withConnection { try $0.session.pid() } }
    }

    @Test func `a transaction that is left open is rolled back`() async throws {
        let pool = try await Self.pool()
        let first = try await pool.withConnection { connection in
            let session = connection.session
            try session.query("BEGIN")
            return try session.pid()
        }
        await #expect(throws: PostgresError.self) {
            try await pool.withConnection { connection in
                let session = connection.session
                try session.query("BEGIN")
                try session.query("SELECT 1 / 0")
            }
        }
        let second = try await pool.withConnection { connection in
            let session = connection.session
            #expect(!session.isInTransaction)
            return try session.pid()
        }
        #expect(first == second)
        await pool.close()
    }

    @Test func `a connection that was lost while idle is replaced without anybody noticing`() async throws {
        let server = try await PostgresServer.start()
        let pool = ConnectionPool(try ConnectionOptions(address: server.address()))
        let before = try await pool.withConnection { try $0.session.pid() }
        try await server.restart()
        let after = try await pool.withConnection { try $0.session.pid() }
        #expect(before != after)
        await pool.close()
        try await server.stop()
    }

    @Test func `whoever waits for a server that is away gets it when it is back`() async throws {
        let server = try await PostgresServer.start()
        let pool = ConnectionPool(try ConnectionOptions(address: server.address()), clock: ManualClock())
        try await server.stop()
        async let pid = pool.withConnection { try $0.session.pid() }
        try await server.startAgain()
        #expect(try await pid > 0)
        await pool.close()
        try await server.stop()
    }

    @Test func `whoever waits for too long gets the last failure to connect`() async throws {
        let proxy = try await FaultyProxy.start(to: 1)
        let pool = ConnectionPool(
            try ConnectionOptions(address: proxy.address()), acquireTimeout: .milliseconds(200))
        let failure = await #expect(throws: PostgresError.self) {
            try await pool.withConnection { try $0.session.pid() }
        }
        #expect(failure?.origin == .connection)
        await pool.close()
    }

    @Test func `whoever waits while all are in use is told, and is not cancelled with the task`() async throws {
        let options = try ConnectionOptions(address: try await PostgresServer.shared().address() + "?ensue_pool=1")
        let pool = ConnectionPool(options, acquireTimeout: .seconds(3))
        let (holding, held) = AsyncStream<Void>.makeStream()
        let latch = Latch()
        async let holder: Void = pool.withConnection { _ in
            held.finish()
            latch.wait()
        }
        for await _ in holding {}
        let cancelled = Task { try await pool.withConnection { try $0.session.pid() } }
        cancelled.cancel()
        let failure = await #expect(throws: PostgresError.self) { try await cancelled.value }
        #expect(failure?.origin == .timeout)
        let patient = Task { try await pool.withConnection { try $0.session.pid() } }
        patient.cancel()
        latch.open()
        try await holder
        #expect(try await patient.value > 0)
        await pool.close()
    }
}
