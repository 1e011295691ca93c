import Ensue
import HummingbirdTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CompletionsTests {
    /// Requests one deferred effect, and gives the test its token.
    private func deferred(
        policy: HandlerPolicy = .standard,
        _ test: @escaping @Sendable (any TestClientProtocol, ServerBench, String) async throws -> Void
    ) async throws {
        let tokens = AsyncStream.makeStream(of: String.self)
        var handlers = Handlers()
        handlers.handle("upload", policy: policy) { _, context in
            tokens.continuation.yield(context.completion.token)
            return .deferred(within: .seconds(600))
        }
        try await ServerBench.with(handlers) { bench in
            try await bench.working { client in
                _ = try await client.post("/v1/effects", #"{"kind":"upload","payload":{}}"#)
                let token = try #require(await tokens.stream.first { _ in true })
                try await test(client, bench, token)
            }
        }
    }

    @Test func `a completion stores its output once, and a second one is refused with it`() async throws {
        try await deferred { client, _, token in
            let first = try await client.post(
                "/v1/completions/\(token)", #"{"outcome":"completed","output":{"url":"s3://rates/7","n":1.10}}"#)
            #expect(first.status == 200)
            #expect(first.json == ["id": "1", "state": "completed"])
            let second = try await client.post("/v1/completions/\(token)", #"{"outcome":"failed","error":"late"}"#)
            #expect(second.status == 409)
            #expect(second.problem == "wrong-state")
            #expect(second["state"] == "completed")
            #expect(second["outcome"]?["output"]?["url"] == "s3://rates/7")
            #expect(second.text.contains("1.10"))
            #expect(second["outcome"]?["completedAt"]?.string != nil)
            #expect(try await client.get("/v1/effects/1")["output"]?["url"] == "s3://rates/7")
        }
    }

    @Test func `a failure ends the effect unless it asks for a retry`() async throws {
        try await deferred { client, _, token in
            let answer = try await client.post("/v1/completions/\(token)", #"{"outcome":"failed","error":"disk full"}"#)
            #expect(answer.status == 200)
            #expect(answer["state"] == "failed")
            #expect(try await client.get("/v1/effects/1")["error"] == "disk full")
        }
    }

    @Test func `a failure that asks for a retry is left to the kind's policy`() async throws {
        try await deferred(policy: .retrying(attempts: 2, backoff: .fixed(.seconds(3600)))) { client, _, token in
            let answer = try await client.post(
                "/v1/completions/\(token)", #"{"outcome":"failed","error":"busy","retry":true}"#)
            #expect(answer.status == 200)
            #expect(answer["state"] == "scheduled")
            #expect(try await client.get("/v1/effects/1")["attempts"]?[0]?["error"] == "busy")
        }
    }

    @Test func `progress is shown with the effect`() async throws {
        try await deferred { client, _, token in
            let answer = try await client.post(
                "/v1/completions/\(token)", #"{"progress":{"fraction":0.4,"note":"four of ten"}}"#)
            #expect(answer.status == 204)
            let progress = try await client.get("/v1/effects/1")["progress"]
            #expect(progress?["fraction"]?.double == 0.4)
            #expect(progress?["note"] == "four of ten")
        }
    }

    @Test func `a token that is not one of this store's is not found`() async throws {
        try await deferred { client, _, token in
            for wrong in ["x", "AAAA", String(token.dropLast(2)) + "AA", token + "A"] {
                for body in [#"{"outcome":"completed"}"#, #"{"progress":{"note":"x"}}"#] {
                    let answer = try await client.post("/v1/completions/\(wrong)", body)
                    #expect(answer.status == 404)
                    #expect(answer.problem == "not-found")
                }
            }
        }
    }

    @Test(arguments: [
        (#"{}"#, "missing field 'outcome'"),
        (#"{"outcome":"done"}"#, "it can be \"completed\" or \"failed\""),
        (#"{"outcome":"failed"}"#, "missing field 'error'"),
        (#"{"outcome":"completed","error":"x"}"#, "unknown field 'error'"),
        (#"{"outcome":"completed","outptu":1}"#, "did you mean 'output'?"),
        (#"{"outcome":"failed","error":"x","retry":"yes"}"#, "'retry' must be true or false"),
        (#"{"progress":{"fraction":1.5}}"#, "from 0 to 1"),
        (#"{"progress":{"fraction":"half"}}"#, "from 0 to 1"),
        (#"{"progress":{"note":"x"},"outcome":"completed"}"#, "unknown field 'outcome'"),
        (#"{"progress":7}"#, "'progress' must be a JSON object"),
    ])
    func `what is not a completion is refused in words that help`(body: String, words: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.post("/v1/completions/x", body) }
            #expect(answer.status == 422)
            #expect(answer.detail.contains(words))
        }
    }

    @Test func `no token is ever logged`() async throws {
        try await deferred { client, bench, token in
            _ = try await client.post("/v1/completions/\(token)", #"{"outcome":"#)
            _ = try await client.get("/v1/completions/\(token)")
            _ = try await client.post("/v1/completions/\(token)/more", "{}")
            _ = try await client.post("/v1/completions/\(token)", #"{"outcome":"completed"}"#)
            _ = try await client.post("/v1/completions/\(token)", #"{"outcome":"completed"}"#)
            #expect(bench.log.text.contains("/v1/completions/{token}"))
            #expect(!bench.log.text.contains(token))
        }
    }
}
