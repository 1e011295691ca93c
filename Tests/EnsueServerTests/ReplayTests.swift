import Ensue
import EnsueTesting
import HTTPTypes
import HummingbirdTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ReplayTests {
    private let completed = #"{"kind":"sms.send","payload":{"n":1.10}}"#

    @Test func `an effect is repeated as a new one that names it`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                _ = try await client.post("/v1/effects", completed)
                let answer = try await client.post("/v1/effects/1/replay", "")
                #expect(answer.status == 202)
                #expect(answer.json == ["id": "2", "state": "ready", "duplicate": false, "replayOf": "1"])
                #expect(answer.headers[.location] == "/v1/effects/2")
                let effect = try await client.get("/v1/effects/2")
                #expect(effect.text.contains(#""payload":{"n":1.10}"#))
                #expect(effect["origin"] == ["replayOf": "1"])
            }
        }
    }

    @Test func `another payload is recorded, null included`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                _ = try await client.post("/v1/effects", completed)
                _ = try await client.post("/v1/effects/1/replay", #"{"payload":{"n":2}}"#)
                #expect(try await client.get("/v1/effects/2")["payload"] == ["n": 2])
                _ = try await client.post("/v1/effects/1/replay", #"{"payload":null}"#)
                #expect(try await client.get("/v1/effects/3")["payload"] == .null)
            }
        }
    }

    @Test func `a payload that the handler does not accept is refused`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                _ = try await client.post("/v1/effects", #"{"kind":"publish_rateset","payload":{"RATESET":1}}"#)
                let answer = try await client.post("/v1/effects/1/replay", #"{"payload":{}}"#)
                #expect(answer.status == 422)
                #expect(answer.detail == "RATESET must be a number")
                #expect(try await client.get("/v1/effects/2").status == 404)
                #expect(try await client.post("/v1/effects/1/replay", #"{"paylod":{}}"#).detail.contains("'payload'"))
            }
        }
    }

    @Test func `a replay with a key happens once`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                _ = try await client.post("/v1/effects", completed)
                let key = ["Idempotency-Key": "again"]
                #expect(try await client.post("/v1/effects/1/replay", "{}", key).status == 202)
                let second = try await client.post("/v1/effects/1/replay", "{}", key)
                #expect(second.status == 200)
                #expect(second.json == ["id": "2", "state": "ready", "duplicate": true, "replayOf": "1"])
                #expect(try await client.get("/v1/effects/2")["key"] == "again")
            }
        }
    }

    @Test func `a key that another effect has names that effect, which repeats nothing`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                _ = try await client.post("/v1/effects", completed, ["Idempotency-Key": "k"])
                let answer = try await client.post("/v1/effects/1/replay", "{}", ["Idempotency-Key": "k"])
                #expect(answer.json == ["id": "1", "state": "ready", "duplicate": true])
            }
        }
    }
}
