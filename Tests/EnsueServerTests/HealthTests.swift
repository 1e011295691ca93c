import Ensue
import EnsueTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HealthTests {
    @Test func `the process is alive and the store answers`() async throws {
        try await ServerBench.with { bench in
            let alive = try await bench.answer { try await $0.get("/healthz") }
            #expect(alive["status"] == "alive")
            let ready = try await bench.answer { try await $0.get("/readyz") }
            #expect(ready["status"] == "ready")
        }
    }

    @Test func `a server whose store does not answer is alive and not ready`() async throws {
        try await ServerBench.with { bench in
            bench.store.add(.dies(.before, call: 1))
            try await bench.call { client in
                #expect(try await client.get("/healthz").status == 200)
                let answer = try await client.get("/readyz")
                #expect(answer.status == 503)
                #expect(answer.problem == "unavailable")
            }
        }
    }

    @Test func `whoever asks meanwhile shares one look at the store`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<20 {
                        group.addTask {
                            let answer = try await client.get("/readyz")
                            #expect(answer.status == 200)
                        }
                    }
                    try await group.waitForAll()
                }
            }
            #expect((1...5).contains(bench.store.calls(of: .pending)))
            #expect(bench.store.calls(of: .counters) == 0)
        }
    }
}
