import Ensue
import Testing

@Suite(.timeLimit(.minutes(5))) struct LoadTests {
    private let bench: EngineBench
    private let runs = Watched<[EffectID: Int]>([:])

    init() throws { bench = try EngineBench() }

    private func counting(_ kinds: [EffectKind: HandlerPolicy]) -> Handlers {
        var handlers = Handlers()
        for (kind, policy) in kinds {
            handlers.handle(kind, policy: policy) { [runs] _, context in
                runs.change { $0[context.effect, default: 0] += 1 }
                return .completed(.null)
            }
        }
        return handlers
    }

    @Test func `ten thousand effects of three kinds drain, each in one run`() async throws {
        let kinds: [EffectKind] = ["load.a", "load.b", "load.c"]
        let policies = [
            HandlerPolicy.standard, HandlerPolicy(concurrency: 1), HandlerPolicy(onWorkerLoss: .hold, concurrency: 8),
        ]
        let handlers = counting(Dictionary(uniqueKeysWithValues: zip(kinds, policies)))
        let engine = try bench.engine(handlers)
        let requests = (0..<10_000).map { EffectRequest(kind: kinds[$0 % 3], payload: .emptyObject) }
        try await engine.working {
            var ids: Set<EffectID> = []
            for start in stride(from: 0, to: requests.count, by: 1000) {
                ids.formUnion(try await engine.request(Array(requests[start..<start + 1000])).map(\.id))
            }
            try await runs.wait { $0.count == 10_000 }
            #expect(Set(runs.value.keys) == ids)
        }
        #expect(runs.value.values.allSatisfy { $0 == 1 })
        #expect(try await bench.rows(of: "outcomes") == 10_000)
        for table in ["ready", "leases", "attempts", "workers"] { #expect(try await bench.rows(of: table) == 0) }
        let completed = try await bench.store.counters().filter { $0.measure == .completed }
        #expect(completed.reduce(0) { $0 + $1.count } == 10_000 && completed.count == 3)
    }

    @Test func `a slow kind does not starve another one`() async throws {
        let gate = Gate()
        defer { gate.open() }
        var handlers = counting(["load.fast": HandlerPolicy(concurrency: 2)])
        handlers.handle("load.slow", policy: HandlerPolicy(concurrency: 2)) { _, _ in
            try await gate.pass()
            return .completed(.null)
        }
        let engine = try bench.engine(handlers)
        try await engine.working {
            _ = try await engine.request((0..<200).map { _ in EffectRequest(kind: "load.slow", payload: .emptyObject) })
            _ = try await engine.request((0..<500).map { _ in EffectRequest(kind: "load.fast", payload: .emptyObject) })
            try await runs.wait { $0.count == 500 }
            #expect(try await bench.count(.completed, "load.slow") == 0)
            gate.open()
            try await bench.quiet()
        }
        #expect(try await bench.count(.completed, "load.slow") == 200)
    }

    @Test func `a backlog of one account does not keep another one waiting`() async throws {
        let order = Journal()
        var handlers = Handlers()
        handlers.handle("load.shared", policy: HandlerPolicy(concurrency: 1)) { _, context in
            order.note(context.account.rawValue)
            return .completed(.null)
        }
        let engine = try bench.engine(handlers)
        func requests(_ account: Account, _ count: Int) -> [EffectRequest] {
            (0..<count).map { _ in EffectRequest(account: account, kind: "load.shared", payload: .emptyObject) }
        }
        _ = try await engine.request(requests("large", 2000) + requests("small", 1))
        try await engine.working { try await order.entries(atLeast: 2001) }
        let position = try #require(order.value.firstIndex(of: "small"))
        #expect(position < 1500)
    }
}
