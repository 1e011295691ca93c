import Ensue
import EnsueTesting
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import EnsueServer

@Suite(.timeLimit(.minutes(1)))
struct HasuraTests {
    @Test func `an inserted row is an effect, with bigints to the digit, and once only`() async throws {
        let insert = try Fixture.hasura("insert")
        try await ServerBench.with { bench in
            try await bench.call { client in
                let answer = try await client.post("/hooks/hasura", insert)
                #expect(answer.status == 202)
                #expect(answer.text.contains(#""id":90071992547409931"#))
                #expect(answer["kind"] == "publish_rateset")
                #expect(answer["effect"] == "1")
                #expect(answer["duplicate"] == false)
                let effect = try await client.get("/v1/effects/1")
                #expect(effect.text.contains(#""payload":{"RATESET":42}"#))
                #expect(effect["key"] == "hasura:0c1f6b1e-6f0a-4b53-9d2e-3a9a5b7d8c11")
                let again = try await client.post("/hooks/hasura", insert)
                #expect(again.status == 200)
                #expect(again["duplicate"] == true)
                #expect(again["effect"] == "1")
                #expect(try await client.get("/v1/effects/2").status == 404)
            }
        }
    }

    @Test func `a payload's bigint survives`() async throws {
        let insert = try Fixture.hasura("insert").replacing(#"{"RATESET":42}"#, with: #"{"RATESET":90071992547409931}"#)
        try await ServerBench.with { bench in
            try await bench.call { client in
                _ = try await client.post("/hooks/hasura", insert)
                #expect(try await client.get("/v1/effects/1").text.contains(#"{"RATESET":90071992547409931}"#))
            }
        }
    }

    @Test func `a manual invocation is an effect as well`() async throws {
        let manual = try Fixture.hasura("manual")
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.post("/hooks/hasura", manual) }
            #expect(answer.status == 202)
            #expect(answer["id"] == 102)
        }
    }

    @Test(arguments: [("update", "UPDATE"), ("delete", "DELETE")])
    func `a completion written back and a deleted row are acknowledged and ignored`(
        name: String, operation: String
    ) async throws {
        let delivery = try Fixture.hasura(name)
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.post("/hooks/hasura", delivery) }
            #expect(answer.status == 200)
            #expect(answer["ignored"]?.string == operation)
            #expect(bench.store.calls(of: .request) == 0)
            #expect(bench.store.calls(of: .record) == 0)
            #expect(bench.store.calls(of: .reject) == 0)
        }
    }

    @Test func `a row of any other table is an event, and once only`() async throws {
        let delivery = try Fixture.hasura("any-table")
        try await ServerBench.with { bench in
            try await bench.call { client in
                let answer = try await client.post("/hooks/hasura", delivery, ["Ensue-Account": "acme"])
                #expect(answer.status == 202)
                #expect(answer.json == ["type": "hasura.shop.orders.insert", "event": "1", "duplicate": false])
                let event = try await client.get("/v1/events/1", ["Ensue-Account": "acme"])
                #expect(event.text.contains(#""total":129.90"#))
                #expect(event["data"]?["old"] == .null)
                #expect(event["data"]?["new"]?["id"] == "o_81")
                #expect(event["data"]?["session"] == ["x-hasura-role": "customer"])
                #expect(event["source"] == "/table/shop.orders")
                #expect(event["key"] == "hasura:5a0bfa0e-4a1e-4d6b-9a57-2f2b4a9e2d10")
                // What the database said has no offset.
                #expect(event["time"] == event["recordedAt"])
                let again = try await client.post("/hooks/hasura", delivery, ["Ensue-Account": "acme"])
                #expect(again.status == 200)
                #expect(again["duplicate"] == true)
            }
        }
    }

    @Test func `the mapping can be chosen by the URL`() async throws {
        let (update, any) = (try Fixture.hasura("update"), try Fixture.hasura("any-table"))
        try await ServerBench.with { bench in
            try await bench.call { client in
                let event = try await client.post("/hooks/hasura?as=event", update)
                #expect(event["type"] == "hasura.public.effect_handler_fxtable.update")
                #expect(try await client.post("/hooks/hasura?as=effect", any).status == 422)
                #expect(try await client.post("/hooks/hasura?as=rule", any).status == 400)
            }
        }
    }

    @Test func `an unknown kind is refused with kind and id, and the delivery is kept`() async throws {
        let insert = try Fixture.hasura("insert").replacing("publish_rateset", with: "publish_ratesets")
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.post("/hooks/hasura", insert) }
            #expect(answer.status == 422)
            #expect(answer.problem == "unknown-kind")
            #expect(answer["kind"] == "publish_ratesets")
            #expect(answer.text.contains(#""id":90071992547409931"#))
            #expect(answer["near"] == ["publish_rateset"])
            #expect(answer["rejection"] == "1")
        }
    }

    @Test func `a payload that its handler does not accept is refused with kind and id`() async throws {
        let insert = try Fixture.hasura("insert").replacing(#"{"RATESET":42}"#, with: "{}")
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.post("/hooks/hasura", insert) }
            #expect(answer.status == 422)
            #expect(answer.detail == "RATESET must be a number")
            #expect(answer["kind"] == "publish_rateset")
            #expect(answer.text.contains(#""id":90071992547409931"#))
        }
    }

    @Test(arguments: [
        (#"{}"#, 422, "no 'id'"),
        (#"[]"#, 422, "no 'id'"),
        (#"{"id":"a"}"#, 422, "no 'table'"),
        (#"{"id":"a","table":{"schema":"s","name":"t"},"event":{"op":"UPSERT"}}"#, 422, "none of INSERT"),
        (#"{"id":"a","table":{"schema":"s","name":"t"},"event":{"op":"INSERT","data":7}}"#, 422, "'event' with 'data'"),
        (
            #"{"id":"a","table":{"schema":"s","name":"my table"},"event":{"op":"INSERT","data":{"new":{}}}}"#, 422,
            "event type"
        ),
        (
            #"{"id":"a","table":{"schema":"s","name":"t"},"event":{"op":"INSERT","data":{"new":{"kind":1,"payload":2}}}}"#,
            422, "'kind' is not a string"
        ),
        (#"{"id":"#, 400, "not JSON"),
    ])
    func `a delivery that cannot be mapped is refused and kept`(body: String, status: Int, words: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.post("/hooks/hasura", body) }
            #expect(answer.status == status)
            #expect(answer.detail.contains(words))
            #expect(answer["rejection"] == "1")
            #expect(bench.store.calls(of: .reject) == 1)
        }
    }

    @Test func `only a sender with the secret is let in`() async throws {
        let insert = try Fixture.hasura("insert")
        let secret = try SecretHeader(parsing: "X-Ensue-Secret: s3cret")
        #expect("\(secret)" == "X-Ensue-Secret")
        try await ServerBench.with(options: ServerOptions(hasuraSecret: secret)) { bench in
            try await bench.call { client in
                for wrong in ["", "s3cre", "s3cret1", "S3cret", "s3crets3cret"] {
                    let answer = try await client.post("/hooks/hasura", insert, ["x-ensue-secret": wrong])
                    #expect(answer.status == 401)
                    #expect(answer.problem == "unauthorized")
                    #expect(!answer.text.contains("s3cret"))
                }
                #expect(try await client.post("/hooks/hasura", insert).status == 401)
                #expect(try await client.post("/hooks/hasura", insert, ["x-ensue-secret": "s3cret"]).status == 202)
                #expect(bench.store.calls(of: .reject) == 0)
            }
        }
    }

    @Test(arguments: ["nocolon", "X-Secret:", "X-Secret:  ", ":value", "X Secret:value"])
    func `what is not a secret header is refused`(text: String) {
        #expect(throws: Invalid.self) { try SecretHeader(parsing: text) }
    }

    @Test func `nothing is acknowledged before it is durable, and a delivery sent again after doubt is a duplicate`()
        async throws
    {
        let insert = try Fixture.hasura("insert")
        try await ServerBench.with { bench in
            bench.store.add(.fails(.before, call: 1, of: .request))
            bench.store.add(.fails(.after, call: 2, of: .request))
            try await bench.call { client in
                for _ in 1...2 {
                    let answer = try await client.post("/hooks/hasura", insert)
                    #expect(answer.status == 503)
                    #expect(answer.headers[.retryAfter].flatMap { Int($0) } ?? 0 > 0)
                }
                let third = try await client.post("/hooks/hasura", insert)
                #expect(third.status == 200)
                #expect(third["duplicate"] == true)
                #expect(bench.store.calls(of: .reject) == 0)
            }
        }
    }

    @Test func `a refused delivery that cannot be kept is asked for again`() async throws {
        try await ServerBench.with { bench in
            bench.store.add(.fails(.before, call: 1, of: .reject))
            let answer = try await bench.answer { try await $0.post("/hooks/hasura", "{}") }
            #expect(answer.status == 503)
        }
    }
}
