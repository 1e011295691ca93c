import Ensue
import PostgresServer
import Testing

@testable import EnsuePostgres

/// How what other programs and processes commit reaches a worker of a real store.
@Suite(.timeLimit(.minutes(5)))
struct ChangesTests {
    private static let asleep = "SELECT count(*) FROM workers WHERE asleep"

    /// Far less than until a sleeper would look by itself.
    private static let soon = Duration.seconds(10)

    /// Lets `body` work with a worker that sleeps, or is about to.
    private static func sleeping(_ body: (TemporarySchema, PostgresStore, Reports) async throws -> Void) async throws {
        try await TemporarySchema.withStore { database, store in
            try await store.join(.worker())
            try await store.watching { reports in
                try await until("the worker sleeps") { try await database.count(asleep) == 1 }
                reports.clear()
                try await body(database, store, reports)
            }
        }
    }

    @Test func `what another program commits wakes a sleeping worker by a notification`() async throws {
        try await Self.sleeping { database, _, reports in
            try await database.execute("INSERT INTO effects (kind) VALUES ('test.work')")
            try await until("it is told", within: Self.soon) { reports.contain(\.isHearsay) }
            try await until("it takes back its wish", within: Self.soon) { try await database.count(Self.asleep) == 0 }
            try await until("it sleeps again, for nothing was claimed", within: Self.soon) {
                reports.contain { $0.contains(.effects) }
            }
        }
    }

    @Test func `what happens again and again wakes it again and again`() async throws {
        try await Self.sleeping { database, store, reports in
            for lease in 1...3 as ClosedRange<Int64> {
                try await until("it sleeps") { try await database.count(Self.asleep) == 1 }
                reports.clear()
                try await database.execute("INSERT INTO effects (kind) VALUES ('test.work')")
                try await until("it is told", within: Self.soon) { reports.contain { $0.contains(.effects) } }
                #expect(try await store.claim(10, lease: lease).count == 1)
            }
        }
    }

    @Test func `a worker without a listener finds what is there`() async throws {
        try await TemporarySchema.using { database in
            try await database.withStore("&ensue_listen=off") { store in
                try await store.join(.worker())
                try await store.watching { reports in
                    for sql in [
                        "INSERT INTO effects (kind) VALUES ('test.work')",
                        "INSERT INTO events (type) VALUES ('test.Happened')",
                    ] {
                        reports.clear()
                        try await database.execute(sql)
                        try await until("it is found", within: Self.soon) { reports.contain { !$0.isEmpty } }
                        #expect(!reports.contain(\.isHearsay))
                    }
                    #expect(try await database.count(Self.asleep) == 0)
                }
            }
        }
    }

    @Test func `nobody is notified of what no sleeper waits for`() async throws {
        try await TemporarySchema.withStore { database, store in
            try await store.join(.worker())
            try await database.withSession { listener in
                try await listener.script("LISTEN \(Names.quoted(store.names.channel))")
                func heard(_ sql: String) async throws -> Int {
                    try await database.execute(sql)
                    try await database.execute("SELECT pg_notify(\(Names.literal(store.names.channel)), 'end')")
                    var payloads: [String] = []
                    while payloads.last != "end" {
                        payloads += try await listener.run { try $0.notifications(within: .seconds(60)).map(\.payload) }
                    }
                    return payloads.count - 1
                }
                let (effect, event) = (
                    "INSERT INTO effects (kind) SELECT 'test.work' FROM generate_series(1, 100)",
                    "INSERT INTO events (type) VALUES ('test.Happened')"
                )
                #expect(try await heard(effect) == 0)
                #expect(try await heard(event) == 0)
                try await database.execute("UPDATE workers SET asleep = true")
                #expect(try await heard(effect) == 1)
                #expect(try await heard(event) == 1)
                #expect(try await heard("INSERT INTO effects (kind) VALUES ('test.other')") == 0)
                #expect(
                    try await heard("INSERT INTO effects (kind, due_at) VALUES ('test.work', now() + interval '1 h')")
                        == 1, "somebody has to wait for the time")
            }
        }
    }

    @Test(arguments: ["REPEATABLE READ", "SERIALIZABLE"])
    func `a transaction that cannot see who has fallen asleep since notifies`(_ isolation: String) async throws {
        try await TemporarySchema.withStore { database, store in
            try await store.join(.worker())
            try await database.withSession { listener in
                try await listener.script("LISTEN \(Names.quoted(store.names.channel))")
                try await database.withSession { producer in
                    try await producer.script("BEGIN ISOLATION LEVEL \(isolation); SELECT count(*) FROM workers")
                    try await database.execute("UPDATE workers SET asleep = true")
                    try await producer.script("INSERT INTO effects (kind) VALUES ('test.work'); COMMIT")
                }
                let heard = try await listener.run { try $0.notifications(within: .seconds(60)).count }
                #expect(heard == 1)
            }
        }
    }

    /// On a server where nothing else happens: any transaction that ends moves a snapshot's end.
    @Test func `who began while the wish was being committed is waited for`() async throws {
        let server = try await PostgresServer.start(settings: ["autovacuum": "off"])
        let store = try await PostgresStore("\(server.address())?ensue_listen=off", logger: .quiet)
        try await store.join(.worker())
        let options = try ConnectionOptions(address: server.address())
        let (holder, producer) = (
            try await PostgresConnection.open(options), try await PostgresConnection.open(options)
        )
        try await holder.script("BEGIN; SELECT FROM ensue.workers FOR UPDATE")
        async let arming = store.arm([WorkerID(rawValue: 1)])
        try await until("the wish waits") {
            try await server.psql("SELECT count(*) FROM pg_locks WHERE NOT granted") == "1"
        }
        try await producer.script("BEGIN; INSERT INTO ensue.effects (kind) VALUES ('test.work')")
        try await holder.script("ROLLBACK")
        let horizon = try await arming
        let before = try await store.oldestTransaction()
        #expect(before < horizon, "the producer has not seen the wish, and is under way")
        try await producer.script("COMMIT")
        #expect(try await store.oldestTransaction() >= horizon)
        #expect(try await store.pending([BrokenLine.kind]) == .effects)
        await store.close()
    }

    @Test func `the last look before sleep finds what was committed late, however dear the queue is to look through`()
        async throws
    {
        try await TemporarySchema.withStore { database, store in
            try await store.join(.worker())
            let late = try await store.request([.work(), .work()])
            let first = try await store.claim(1, lease: 1)
            #expect(first.map(\.id) == late.prefix(1).map(\.id))
            _ = try await store.claim(1, lease: 2)
            let kind = try await database.count("SELECT id FROM kinds WHERE name = 'test.work'")
            for _ in 1...4 {
                store.claiming.swept([kind], found: [:], cost: .seconds(3600), at: store.clock.uptime())
            }
            try await store.release([late[0].id], of: LeaseID(rawValue: 1))
            #expect(try await store.pending([BrokenLine.kind]) == [], "it is before the mark")
            #expect(try await store.pending([BrokenLine.kind], thoroughly: true) == .effects)
            #expect(try await store.claim(1, lease: 3).map(\.id) == [late[0].id])
        }
    }

    @Test func `a cancellation reaches the worker of another process`() async throws {
        try await Self.sleeping { database, store, reports in
            let effect = try await store.request([.work()])[0].id
            #expect(try await store.claim(1, lease: 1).count == 1)
            try await until("it sleeps again") { try await database.count(Self.asleep) == 1 }
            try await database.withStore { other in
                _ = try await other.command(.cancel(reason: nil), on: effect, random: 0)
            }
            try await until("it is told", within: Self.soon) { reports.contain { $0.contains(.cancellations) } }
            let reply = try await store.beat(
                Heartbeat(worker: WorkerID(rawValue: 1), leases: [LeaseID(rawValue: 1)], lease: .seconds(600)))
            #expect(reply.cancelled == [effect])
        }
    }
}
