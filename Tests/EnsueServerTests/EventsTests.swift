import Ensue
import EnsueTesting
import HTTPTypes
import HummingbirdTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct EventsTests {
    @Test func `an event is recorded with all its fields and can be read`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let body = """
                    {"type":"orders.Placed","data":{"total":129.90,"id":90071992547409931},"source":"/shop/7/eu",
                     "key":"o-1","tags":["new","eu"],"time":"2026-03-04T09:15:02.5+01:00"}
                    """
                let answer = try await client.post("/v1/events", body)
                #expect(answer.status == 202)
                #expect(answer.json == ["id": "1", "duplicate": false])
                #expect(answer.headers[.location] == "/v1/events/1")
                let event = try await client.get("/v1/events/1")
                #expect(event.text.contains(#""data":{"id":90071992547409931,"total":129.90}"#))
                let json = event.json
                #expect(json["source"] == "/shop/7/eu")
                #expect(json["tags"] == ["new", "eu"])
                #expect(json["key"] == "o-1")
                #expect(json["time"] == "2026-03-04T08:15:02.500Z")
                #expect(json["recordedAt"]?.string != nil)
            }
        }
    }

    @Test func `the second event with a key is the first one`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let body = #"{"type":"a.B","data":{}}"#
                #expect(try await client.post("/v1/events", body, ["Idempotency-Key": "k"]).status == 202)
                let second = try await client.post("/v1/events", body, ["Idempotency-Key": "k"])
                #expect(second.status == 200)
                #expect(second.json == ["id": "1", "duplicate": true])
            }
        }
    }

    @Test func `an array is all or nothing, and its bad indices are listed`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let bad =
                    #"[{"type":"a.B","data":1},{"type":"a b","data":1},{"type":"polls.PollCompleted","data":{"score":-1}}]"#
                let answer = try await client.post("/v1/events", bad)
                #expect(answer.status == 422)
                let errors = try #require(answer["errors"]?.array)
                #expect(errors.map { $0["index"] } == [1, 2])
                #expect(errors[1]["detail"] == "score must not be negative")
                #expect(try await bench.store.event(EventID(rawValue: 1)) == nil)
                let good = try await client.post("/v1/events", #"[{"type":"a.B","data":1},{"type":"a.C","data":null}]"#)
                #expect(good.status == 202)
                #expect(good.json.array?.count == 2)
                #expect(bench.store.calls(of: .record) == 1)
            }
        }
    }

    @Test(arguments: [
        (#"{"type":"a.B"}"#, "missing field 'data'"),
        (#"{"data":1}"#, "missing field 'type'"),
        (#"{"type":"a.B","data":1,"tag":["x"]}"#, "did you mean 'tags'?"),
        (#"{"type":"a.B","data":1,"tags":["x",1]}"#, "'tags' must be an array of strings"),
        (#"{"type":"a.B","data":1,"tags":[""]}"#, "a tag is empty"),
        (#"{"type":"a.B","data":1,"source":"shop"}"#, "/<type>/<key>"),
        (#"{"type":"a.B","data":1,"time":5}"#, "'time' must be a string"),
        (#"{"type":"ensue.effect.completed","data":1}"#, "by the engine alone"),
        (#"{"type":"polls.PollCompleted","data":{}}"#, "missing key: score"),
    ])
    func `what is not valid is refused in words that help`(body: String, words: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.post("/v1/events", body) }
            #expect(answer.status == 422)
            #expect(answer.problem == "invalid")
            #expect(answer.detail.contains(words))
        }
    }

    @Test func `an event that is not there is not found`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                #expect(try await client.get("/v1/events/1").status == 404)
                #expect(try await client.get("/v1/events/one").problem == "not-found")
                _ = try await client.post("/v1/events", #"{"type":"a.B","data":1}"#)
                #expect(try await client.get("/v1/events/1", ["Ensue-Account": "acme"]).status == 404)
            }
        }
    }
}
