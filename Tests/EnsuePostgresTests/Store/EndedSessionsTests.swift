import Ensue
import PostgresServer
import Testing

@testable import EnsuePostgres

/// The server ends the session in which a verb is at work. The verb is done again, and is done once.
@Suite(.timeLimit(.minutes(5)))
struct EndedSessionsTests {
    /// Carries out `verb`, whose session is ended while it waits for `table`.
    private static func ending<Value: Sendable>(
        at table: String, in database: TemporarySchema, _ verb: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        var result: Value?
        try await database.withSession { holder in
            try await holder.script("BEGIN; LOCK TABLE \(table) IN ACCESS EXCLUSIVE MODE")
            async let value = verb()
            let pid = try await database.waitForBlocked()
            try await database.server.psql("SELECT pg_terminate_backend(\(pid), 10000)")
            try await holder.script("ROLLBACK")
            result = try await value
        }
        return try #require(result)
    }

    private static let listener: EffectKind = "listener.all"
    private static let rule = Rule(name: "all", pattern: .glob("test.*"), kind: listener, order: 1)

    private static func working(_ body: (TemporarySchema, PostgresStore) async throws -> Void) async throws {
        try await TemporarySchema.withStore { database, store in
            try await store.join(.worker(1, BrokenLine.kind, listener, rules: [rule]))
            try await body(database, store)
        }
    }

    @Test(arguments: ["events", "unrouted"], [nil, "key"])
    func `events are recorded once`(_ table: String, _ key: String?) async throws {
        try await Self.working { database, store in
            let receipts = try await Self.ending(at: table, in: database) {
                try await store.record([.happened(key: key), .happened()])
            }
            #expect(receipts.allSatisfy { !$0.isDuplicate })
            #expect(
                try await database.rows("SELECT id FROM events ORDER BY id") { $0.int(0) }
                    == receipts.map(\.id.rawValue).sorted())
            #expect(try await database.count("SELECT count(*) FROM unrouted") == 2)
        }
    }

    @Test(arguments: ["effects", "ready"], [nil, "key"])
    func `effects are requested once`(_ table: String, _ key: String?) async throws {
        try await Self.working { database, store in
            let receipts = try await Self.ending(at: table, in: database) {
                try await store.request([.work(key: key), .work()])
            }
            #expect(receipts.allSatisfy { !$0.isDuplicate })
            #expect(
                try await database.rows("SELECT id FROM effects ORDER BY id") { $0.int(0) }
                    == receipts.map(\.id.rawValue).sorted())
            #expect(try await database.count("SELECT count(*) FROM ready") == 2)
        }
    }

    @Test(arguments: ["ready", "leases", "effects"])
    func `effects are claimed once`(_ table: String) async throws {
        try await Self.working { database, store in
            let requested = try await store.request([.work(), .work(), .work()]).map(\.id)
            let claimed = try await Self.ending(at: table, in: database) { try await store.claim(10, lease: 1) }
            #expect(claimed.map(\.id).sorted() == requested)
            #expect(claimed.allSatisfy { $0.run == 1 && $0.lease == LeaseID(rawValue: 1) })
            #expect(try await database.count("SELECT sum(cardinality(open))::bigint FROM leases") == 3)
            #expect(try await database.count("SELECT count(*) FROM ready") == 0)
        }
    }

    @Test(arguments: ["leases", "outcomes", "counts"], [true, false])
    func `runs are settled once`(_ table: String, _ isSimple: Bool) async throws {
        try await Self.working { database, store in
            _ = try await store.request([.work(), .work(), .work()])
            let runs = try await store.claim(10, lease: 1).map { claimed in
                SettledRun(
                    of: claimed, startedAt: nil, transition: Transition(to: .ended(.completed)),
                    events: isSimple ? [] : [.happened()])
            }
            let report = try await Self.ending(at: table, in: database) { try await store.settle(runs) }
            #expect(report.stale.isEmpty)
            #expect(try await database.count("SELECT count(*) FROM outcomes") == 3)
            #expect(try await database.count("SELECT count(*) FROM leases") == 0)
            #expect(try await database.count("SELECT count(*) FROM events") == (isSimple ? 0 : 3))
            let completed = "SELECT sum(count)::bigint FROM counts WHERE measure = 'completed'"
            #expect(try await database.count(completed) == 3)
        }
    }

    @Test(arguments: ["workers", "leases", "kinds"])
    func `a heartbeat is repeated`(_ table: String) async throws {
        try await Self.working { database, store in
            _ = try await store.request([.work()])
            _ = try await store.claim(1, lease: 1)
            let beat = Heartbeat(
                worker: WorkerID(rawValue: 1), leases: [LeaseID(rawValue: 1)], lease: .seconds(600))
            let reply = try await Self.ending(at: table, in: database) { try await store.beat(beat) }
            #expect(reply == HeartbeatReply(alive: [LeaseID(rawValue: 1)], cancelled: []))
        }
    }

    @Test(arguments: ["unrouted", "effects", "ready"])
    func `events are routed once`(_ table: String) async throws {
        try await Self.working { database, store in
            _ = try await store.record([.happened(), .happened()])
            let report = try await Self.ending(at: table, in: database) { try await store.route(limit: 10) }
            #expect(report == RoutingReport(events: 2, effects: 2))
            #expect(try await database.count("SELECT count(*) FROM effects") == 2)
            #expect(try await database.count("SELECT count(*) FROM unrouted") == 0)
            #expect(try await store.route(limit: 10) == RoutingReport(events: 0, effects: 0))
        }
    }
}
