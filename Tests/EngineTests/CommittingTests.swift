import Ensue
import EnsueSQLite
import Testing

/// Handlers that write into the store's own database, in the transaction that settles their effect.
@Suite(.timeLimit(.minutes(2))) struct CommittingTests {
    private let bench: EngineBench

    init() throws { bench = try EngineBench() }

    @Test func `a run in the settling transaction that throws is undone alone, and follows the policy`() async throws {
        var handlers = Handlers()
        let policy = HandlerPolicy(attempts: 2, backoff: .fixed(.zero))
        handlers.handle(Job.self, committingIn: bench.sqlite, policy: policy) { job, _, context in
            guard job.name != "follow-up" else { return NoOutput() }
            try context.request(Job(name: "follow-up"))
            if job.name == "always fails" || job.name == "fails once" && context.run == 1 { throw Boom() }
            return NoOutput()
        }
        let engine = try bench.engine(handlers)
        try await engine.working {
            let names = ["works", "fails once", "always fails", "works too"]
            let ids = try await engine.request(names.map { .job($0) }).map(\.id)
            let ledger = try await bench.quiet()
            let own = ledger.filter { ids.contains($0.id) }
            #expect(own.map(\.outcome?.kind) == [.completed, .completed, .failed, .completed])
            #expect(own.map(\.outcome?.run) == [1, 2, 2, 1])
            #expect(own.map { $0.attempts.map(\.error) } == [[], ["boom"], ["boom"], []])
            let causes = ledger.filter { !ids.contains($0.id) }.compactMap(\.origin.effect)
            #expect(causes.sorted() == [ids[0], ids[1], ids[3]], "a failed run requests nothing")
        }
    }

    @Test func `a handler that commits in another store than the engine's is a conflict`() throws {
        let other = try EngineBench()
        var handlers = Handlers()
        handlers.handle(Job.self, committingIn: other.sqlite) { _, _, _ in NoOutput() }
        let conflicts = try #require(throws: HandlerConflicts.self) { try bench.engine(handlers) }
        #expect(conflicts.conflicts == ["the handler of 'test.job' commits in another store than the engine's"])
    }
}
