import Ensue
import Testing

/// Listeners for the endings of effects.
@Suite(.timeLimit(.minutes(2))) struct EndingsTests {
    private let bench: EngineBench
    private let endings = Watched<[EffectEnding]>([])

    init() throws { bench = try EngineBench() }

    private var listening: Handlers {
        var handlers = Handlers.job(.retrying(attempts: 1)) { job, _ in
            if job.name == "fails" { throw Boom() }
            return .completed()
        }
        for outcome in Outcome.Kind.allCases {
            handlers.listen(
                matching: .exact(EffectEnding.eventType(outcome)), as: "on-\(outcome.rawValue)"
            ) { [endings] event, _ in
                let ending: EffectEnding = try event.data.decode()
                if ending.kind == Job.kind { endings.change { $0.append(ending) } }
            }
        }
        return handlers
    }

    @Test func `a listener for endings is told what ended and how`() async throws {
        var handlers = listening
        handlers.handle(SendSMS.self) { sms, _ in .completed(SendSMS.Output(messageID: "m-1")) }
        let engine = try bench.engine(handlers)
        try await engine.working {
            let completed = try await engine.request(Job(name: "works")).id
            let failed = try await engine.request(Job(name: "fails")).id
            let cancelled = try await engine.request(Job(name: "late"), due: SystemClock().now() + .seconds(3600)).id
            _ = try await engine.command(.cancel(reason: "too late"), on: cancelled)
            let found = try await endings.wait { $0.count == 3 }.sorted { $0.effect < $1.effect }
            #expect(found.map(\.effect) == [completed, failed, cancelled])
            #expect(found.map(\.outcome) == [.completed, .failed, .cancelled])
            #expect(found.map(\.run) == [1, 1, 0])
            #expect(found.map(\.error) == [nil, "boom", "too late"])
        }
    }

    @Test func `a listener is not told of the endings of its own effects, and a star matches no endings`() async throws
    {
        var handlers = Handlers.job { _, _ in .completed() }
        handlers.listen(matching: .glob("ensue.effect.*"), as: "audit") { _, _ in }
        handlers.listen(matching: .glob("*"), as: "everything") { _, _ in }
        handlers.listen(matching: .regex(".*"), as: "every-text") { _, _ in }
        let engine = try bench.engine(handlers)
        let ledger = try await engine.working {
            try await engine.request(Job(name: "works"))
            return try await bench.quiet()
        }
        try #require(ledger.map(\.kind) == ["test.job", "listener.audit"])
        #expect(ledger[1].origin.rule == "audit" && ledger[1].depth == 1)
        let event = try #require(ledger[1].origin.event)
        #expect(try await engine.store.event(event)?.cause == ledger[0].id)
    }

    @Test func `a listener is not told of the endings of what its own effects requested`() async throws {
        var handlers = Handlers.job { _, _ in .completed() }
        handlers.listen(matching: .exact("ensue.effect.completed"), as: "again") { _, context in
            try context.request(Job(name: "again"))
        }
        let engine = try bench.engine(handlers)
        let ledger = try await engine.working {
            try await engine.request(Job(name: "works"))
            return try await bench.quiet()
        }
        #expect(ledger.map(\.kind) == ["test.job", "listener.again", "test.job"])
    }

    @Test func `endings are recorded only where some rule listens for them`() async throws {
        var handlers = Handlers.job(.retrying(attempts: 1)) { job, _ in
            if job.name == "fails" { throw Boom() }
            return .completed()
        }
        handlers.listen(matching: .exact("ensue.effect.failed"), as: "alarm") { _, _ in }
        let engine = try bench.engine(handlers)
        try await engine.working {
            _ = try await engine.request([.job("works"), .job("fails"), .job("works")])
            try await bench.quiet()
        }
        #expect(try await bench.rows(of: "events") == 1)
        #expect(try await bench.ledger().filter { $0.origin.rule == "alarm" }.count == 1)
    }

    @Test func `two listeners that answer each other's endings are stopped by the depth limit`() async throws {
        var handlers = Handlers.job { _, _ in .completed() }
        for name in ["ping", "pong"] {
            handlers.listen(matching: .exact("ensue.effect.completed"), as: name) { _, _ in }
        }
        let engine = try bench.engine(handlers)
        let ledger = try await engine.working {
            try await engine.request(Job(name: "starts it"))
            return try await bench.quiet()
        }
        #expect(ledger.count == 65 && ledger.map(\.depth).max() == 32)
        #expect(ledger.allSatisfy { $0.outcome?.kind == .completed })
    }
}
