import Ensue
import EnsueServer
import EnsueTesting
import HummingbirdTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct KindsTests {
    @Test func `kinds are shown with their workers and with what waits`() async throws {
        try await ServerBench.with { bench in
            let seeds = SeededEffects(in: bench.store)
            try await seeds.join()
            _ = try await seeds.effect(.ready)
            _ = try await bench.store.request([
                EffectRequest(kind: "nobody.does", payload: .emptyObject),
                EffectRequest(account: "acme", kind: "nobody.does", payload: .emptyObject),
                EffectRequest(account: "acme", kind: "acme.only", payload: .emptyObject),
            ])
            try await bench.call { client in
                let answer = try await client.get("/v1/kinds")
                #expect(answer.status == 200)
                let kinds = try #require(answer["items"]?.array)
                let nobody = try #require(kinds.first { $0["kind"] == "nobody.does" })
                #expect(nobody["known"] == false)
                #expect(nobody["workers"] == [])
                #expect(nobody["seenAt"] == nil)
                #expect(nobody["ready"] == 1)
                #expect(nobody["more"] == false)
                #expect(nobody["oldestReadyAt"]?.string != nil)
                #expect(!kinds.contains { $0["kind"] == "acme.only" })
                let held = try #require(kinds.first { $0["kind"] == "test.held" })
                #expect(held["known"] == true)
                #expect(held["workers"] == ["seeds"])
                #expect(held["seenAt"]?.string != nil)
                #expect(held["ready"] == 0)
                #expect(held["oldestReadyAt"] == nil)
                #expect(kinds.compactMap { $0["kind"]?.string } == kinds.compactMap { $0["kind"]?.string }.sorted())
            }
        }
    }

    @Test func `a key that is bound to an account is shown no workers`() async throws {
        let key = "ensue_sk_ab12_0123456789abcdef0123456789abcdef"
        let cases: [(text: String, workers: JSONValue)] = [("acme=\(key)", []), (key, ["seeds"])]
        for (text, workers) in cases {
            let options = ServerOptions(apiKeys: [try APIKey(parsing: text)])
            try await ServerBench.with(options: options) { bench in
                try await SeededEffects(in: bench.store).join()
                let answer = try await bench.answer { client in
                    try await client.get("/v1/kinds", ["Authorization": "Bearer \(key)"])
                }
                let kinds = try #require(answer["items"]?.array)
                #expect(!kinds.isEmpty)
                #expect(kinds.allSatisfy { $0["workers"] == workers })
            }
        }
    }
}
