import Ensue
import EnsueTesting
import HTTPTypes
import HummingbirdTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct EffectsTests {
    @Test func `a request is acknowledged with its id and state once it is stored`() async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer {
                try await $0.post("/v1/effects", #"{"kind":"sms.send","payload":{"n":1}}"#)
            }
            #expect(answer.status == 202)
            #expect(answer.json == ["id": "1", "state": "ready", "duplicate": false])
            #expect(answer.headers[.location] == "/v1/effects/1")
            #expect(try await bench.store.effect(EffectID(rawValue: 1))?.kind == "sms.send")
        }
    }

    @Test func `the second request with a key is the first one, and says so`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let body = #"{"kind":"sms.send","payload":1,"key":"order-42","approval":"required"}"#
                #expect(try await client.post("/v1/effects", body).status == 202)
                let second = try await client.post("/v1/effects", body)
                #expect(second.status == 200)
                #expect(second.json == ["id": "1", "state": "held", "duplicate": true])
            }
        }
    }

    @Test func `the header Idempotency-Key is the key of a single body`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let body = #"{"kind":"sms.send","payload":1}"#
                let keyed = #"{"kind":"sms.send","payload":1,"key":"b"}"#
                #expect(try await client.post("/v1/effects", body, ["Idempotency-Key": "a"]).status == 202)
                #expect(try await client.post("/v1/effects", body, ["Idempotency-Key": "\"a\""]).status == 200)
                #expect(try await client.post("/v1/effects", keyed, ["Idempotency-Key": "b"]).status == 202)
                let contradiction = try await client.post("/v1/effects", keyed, ["Idempotency-Key": "a"])
                #expect(contradiction.status == 400)
                #expect(contradiction.problem == "malformed")
                #expect(try await client.post("/v1/effects", "[\(body)]", ["Idempotency-Key": "c"]).status == 400)
            }
        }
    }

    @Test func `an effect can be due later, need approval, and have a priority by name or number`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                func state(_ more: String) async throws -> JSONValue? {
                    try await client.post("/v1/effects", #"{"kind":"sms.send","payload":1,\#(more)}"#)["state"]
                }
                let due = try await state(#""due":"2999-01-01T00:00:00+01:00""#)
                #expect(due == "scheduled")
                #expect(try await state(#""due":"2020-01-01T00:00:00""#) == "ready")
                #expect(try await state(#""approval":"required""#) == "held")
                #expect(try await state(#""priority":"urgent""#) == "ready")
                #expect(try await state(#""priority":3"#) == "ready")
                #expect(try await state(#""priority":null,"key":null,"due":null,"approval":null"#) == "ready")
                #expect(try await client.get("/v1/effects/1")["dueAt"] == "2998-12-31T23:00:00.000Z")
                #expect(try await client.get("/v1/effects/4")["priority"] == "urgent")
                #expect(try await client.get("/v1/effects/5")["priority"] == "low")
            }
        }
    }

    @Test func `an array is one transaction and is answered in its order`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let body = """
                    [{"kind":"sms.send","payload":1,"key":"a"},{"kind":"sms.send","payload":2,"approval":"required"},
                     {"kind":"sms.send","payload":3,"key":"a"}]
                    """
                let answer = try await client.post("/v1/effects", body)
                #expect(answer.status == 202)
                let receipts = try #require(answer.json.array)
                #expect(receipts.map { $0["state"] } == ["ready", "held", "ready"])
                #expect(receipts.map { $0["duplicate"] } == [false, false, true])
                #expect(receipts[2]["id"] == receipts[0]["id"])
                #expect(bench.store.calls(of: .request) == 1)
                let empty = try await client.post("/v1/effects", "[]")
                #expect(empty.status == 200)
                #expect(empty.json == [])
            }
        }
    }

    @Test func `of a bad array every bad index is listed and nothing is stored`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let body = """
                    [{"kind":"sms.send","payload":1},{"kind":"sms.sent","payload":1},{"kind":"sms.send"},
                     {"kind":"publish_rateset","payload":{}}, 5]
                    """
                let answer = try await client.post("/v1/effects", body)
                #expect(answer.status == 422)
                #expect(answer.problem == "invalid")
                let errors = try #require(answer["errors"]?.array)
                #expect(errors.map { $0["index"] } == [1, 2, 3, 4])
                #expect(errors[0]["type"] == "urn:ensue:problem:unknown-kind")
                #expect(errors[0]["near"] == ["sms.send"])
                #expect(errors[2]["detail"] == "RATESET must be a number")
                #expect(try await bench.store.effect(EffectID(rawValue: 1)) == nil)
            }
        }
    }

    @Test func `an unknown kind is refused with its name and the kinds that are near`() async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer {
                try await $0.post("/v1/effects", #"{"kind":"sms.sned","payload":1}"#)
            }
            #expect(answer.status == 422)
            #expect(answer.problem == "unknown-kind")
            #expect(answer["kind"] == "sms.sned")
            #expect(answer["near"] == ["sms.send"])
        }
    }

    @Test(arguments: [
        (#"{"kind":"sms.send","paylod":1}"#, "did you mean 'payload'?"),
        (#"{"kind":"sms.send","payload":1,"color":"red"}"#, "the fields are kind, payload"),
        (#"{"kind":"sms.send"}"#, "missing field 'payload'"),
        (#"{"payload":1}"#, "missing field 'kind'"),
        (#"{"kind":7,"payload":1}"#, "'kind' must be a string"),
        (#"{"kind":"sms send","payload":1}"#, "holds ' '"),
        (#"{"kind":"","payload":1}"#, "is empty"),
        (#"{"kind":"sms.send","payload":1,"due":"tomorrow"}"#, "ISO 8601"),
        (#"{"kind":"sms.send","payload":1,"due":"2026-02-31T00:00:00Z"}"#, "ISO 8601"),
        (#"{"kind":"sms.send","payload":1,"priority":4}"#, "'priority' must be"),
        (#"{"kind":"sms.send","payload":1,"priority":"asap"}"#, "'priority' must be"),
        (#"{"kind":"sms.send","payload":1,"approval":true}"#, "'approval' must be a string"),
        (#"{"kind":"sms.send","payload":1,"approval":"maybe"}"#, "'approval' can only be"),
        (#"{"kind":"sms.send","payload":1,"key":""}"#, "the key is empty"),
        (#"{"kind":"sms.send","payload":1,"key":"a\u0000b"}"#, "NUL"),
        (#"{"kind":"listener.x","payload":1}"#, "is a listener"),
        (#""sms.send""#, "must be a JSON object"),
        (#"{"kind":"publish_rateset","payload":{"RATESET":"x"}}"#, "RATESET must be a number"),
    ])
    func `what is not valid is refused in words that help`(body: String, words: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.post("/v1/effects", body) }
            #expect(answer.status == 422)
            #expect(answer.problem == "invalid")
            #expect(answer.detail.contains(words))
        }
    }

    @Test func `numbers keep every digit on the way in and out`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let payload = #"{"exact":1.10,"id":90071992547409931,"long":123456789012345678901234567890.5}"#
                _ = try await client.post("/v1/effects", #"{"kind":"sms.send","payload":\#(payload)}"#)
                #expect(try await client.get("/v1/effects/1").text.contains(#""payload":\#(payload)"#))
            }
        }
    }

    @Test func `accounts have their own keys and do not see each other's effects`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let body = #"{"kind":"sms.send","payload":1,"key":"a"}"#
                #expect(try await client.post("/v1/effects", body, ["Ensue-Account": "acme"]).status == 202)
                #expect(try await client.post("/v1/effects", body, ["Ensue-Account": "zeta"]).status == 202)
                #expect(try await client.get("/v1/effects/1", ["Ensue-Account": "acme"])["account"] == "acme")
                #expect(try await client.get("/v1/effects/1", ["Ensue-Account": "zeta"]).status == 404)
                #expect(try await client.get("/v1/effects/1").status == 404)
                let malformed = try await client.get("/v1/effects/1", ["Ensue-Account": "a b"])
                #expect(malformed.status == 400)
                #expect(malformed.problem == "malformed")
            }
        }
    }

    @Test func `an effect is shown with all that became of it`() async throws {
        var handlers = Handlers()
        handlers.handle("flaky", policy: .retrying(attempts: 3, backoff: .fixed(.zero))) { payload, context in
            guard context.run > 1 else { throw Invalid("not yet") }
            try await context.progress(0.5, note: "half")
            return .completed(["of": payload])
        }
        try await ServerBench.with(handlers) { bench in
            try await bench.working { client in
                _ = try await client.post("/v1/effects", #"{"kind":"flaky","payload":7,"key":"k"}"#)
                let effect = try await client.get("/v1/effects/1?wait=30").json
                #expect(effect["state"] == "completed")
                #expect(effect["runs"] == 2)
                #expect(effect["output"] == ["of": 7])
                #expect(effect["attempts"]?[0]?["error"] == "not yet")
                #expect(effect["attempts"]?[0]?["result"] == "failed")
                #expect(effect["progress"]?["note"] == "half")
                #expect(effect["hasHandler"] == true)
                #expect(effect["origin"] == [:])
                for member in ["account", "createdAt", "completedAt", "startedAt", "key", "priority"] {
                    #expect(effect[member]?.string != nil, "\(member)")
                }
            }
        }
    }

    @Test func `waiting ends after its time with the effect as it is`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                _ = try await client.post("/v1/effects", #"{"kind":"sms.send","payload":7}"#)
                let effect = try await client.get("/v1/effects/1?wait=0.05")
                #expect(effect.status == 200)
                #expect(effect["state"] == "ready")
                for wait in ["soon", "-1", "nan"] {
                    #expect(try await client.get("/v1/effects/1?wait=\(wait)").status == 400)
                }
            }
        }
    }

    @Test(arguments: ["1", "x", "01", "-1", "9223372036854775808", "%00", "+1"])
    func `an effect that is not there is not found`(id: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.get("/v1/effects/\(id)") }
            #expect(answer.status == 404)
            #expect(answer.problem == "not-found")
        }
    }
}
