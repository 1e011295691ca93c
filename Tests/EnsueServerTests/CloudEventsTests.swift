import Ensue
import EnsueTesting
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import EnsueServer

@Suite(.timeLimit(.minutes(1)))
struct CloudEventsTests {
    private static let structured = ["Content-Type": "application/cloudevents+json"]
    private static let batch = ["Content-Type": "application/cloudevents-batch+json"]

    /// The required attributes, and what is given.
    private static func event(_ more: String = "", id: String = "17", source: String = "/shop/7") -> String {
        #"{"specversion":"1.0","id":"\#(id)","source":"\#(source)","type":"orders.Placed"\#(more)}"#
    }

    @Test func `a structured event is recorded with everything that it says`() async throws {
        let body = Self.event(
            #"""
            ,"time":"2026-03-04T09:15:02.5+01:00","subject":"order-17","dataschema":"https://example.com/order",
            "datacontenttype":"application/json","traceparent":"00-a-b-01","sequence":12,"sampled":true,"comexample":null,
            "data":{"total":129.90,"id":90071992547409931}
            """#)
        try await ServerBench.with { bench in
            try await bench.call { client in
                let answer = try await client.post("/v1/events", body, Self.structured)
                #expect(answer.status == 202)
                #expect(answer.json == ["id": "1", "duplicate": false])
                let event = try await client.get("/v1/events/1")
                #expect(event["type"] == "orders.Placed")
                #expect(event["source"] == "/shop/7")
                #expect(event["key"] == "ce:/shop/7 17")
                #expect(event["time"] == "2026-03-04T08:15:02.500Z")
                #expect(event.text.contains(#""data":{"id":90071992547409931,"total":129.90}"#))
                #expect(
                    event["tags"] == [
                        "ce:subject=order-17", "ce:dataschema=https://example.com/order", "ce:sampled=true",
                        "ce:sequence=12", "ce:traceparent=00-a-b-01",
                    ])
            }
        }
    }

    @Test func `a binary event is the same event as a structured one`() async throws {
        let headers = [
            "Content-Type": "application/json", "ce-specversion": "1.0", "ce-id": "17", "CE-Source": "/shop/7",
            "ce-type": "orders.Placed", "ce-time": "2026-03-04T09:15:02Z", "ce-subject": "order-17", "ce-eu": "yes",
        ]
        try await ServerBench.with { bench in
            try await bench.call { client in
                let answer = try await client.post("/v1/events", #"{"total":129.90}"#, headers)
                #expect(answer.status == 202)
                let event = try await client.get("/v1/events/1")
                #expect(event["key"] == "ce:/shop/7 17")
                #expect(event.text.contains(#""data":{"total":129.90}"#))
                #expect(event["time"] == "2026-03-04T09:15:02.000Z")
                #expect(event["tags"] == ["ce:subject=order-17", "ce:eu=yes"])
                let again = try await client.post("/v1/events", Self.event(), Self.structured)
                #expect(again.status == 200)
                #expect(again.json == ["id": "1", "duplicate": true])
                let third = try await client.post("/v1/events", "[\(Self.event())]", Self.batch)
                #expect(third.status == 200)
                #expect(third.json == [["id": "1", "duplicate": true]])
            }
        }
    }

    @Test func `a batch is one transaction, and lists every bad index`() async throws {
        let bad = "[\(Self.event()),{\"id\":\"2\"},\(Self.event(#","data":1,"data_base64":"AA==""#, id: "3"))]"
        try await ServerBench.with { bench in
            try await bench.call { client in
                let refused = try await client.post("/v1/events", bad, Self.batch)
                #expect(refused.status == 422)
                let errors = try #require(refused["errors"]?.array)
                #expect(errors.map { $0["index"] } == [1, 2])
                #expect(errors[0]["detail"] == "missing attributes: source, specversion, type")
                #expect(errors[1]["detail"] == "an event has 'data' or 'data_base64', never both")
                #expect(bench.store.calls(of: .record) == 0)
                let good = "[\(Self.event(id: "1")),\(Self.event(id: "2")),\(Self.event(id: "1"))]"
                let taken = try await client.post("/v1/events", good, Self.batch)
                #expect(taken.status == 202)
                #expect(taken.json.array?.map { $0["id"] } == ["1", "2", "1"])
                #expect(taken.json.array?.map { $0["duplicate"] } == [false, false, true])
                #expect(bench.store.calls(of: .record) == 1)
            }
        }
    }

    @Test func `an empty batch is fine`() async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.post("/v1/events", "[]", Self.batch) }
            #expect(answer.status == 200)
            #expect(answer.json == [])
        }
    }

    @Test(arguments: [
        "application/cloudevents-batch+json", "APPLICATION/CloudEvents-Batch+JSON",
        "application/cloudevents-batch+json; charset=utf-8", "application/cloudevents-batch+json ;charset=\"UTF-8\"",
    ])
    func `the format is recognised in any case and before its parameters`(type: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer {
                try await $0.post("/v1/events", "[\(Self.event())]", ["Content-Type": type])
            }
            #expect(answer.status == 202)
        }
    }

    @Test(arguments: [
        "application/cloudevents+avro", "application/cloudevents-batch+xml", "application/cloudevents",
        "application/cloudevents+json; charset=utf-16", "text/plain", "application/xml", "",
    ])
    func `an unknown format is refused`(type: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer {
                try await $0.post("/v1/events", Self.event(), ["Content-Type": type])
            }
            #expect(answer.status == 415)
            #expect(answer.problem == "unsupported-media-type")
        }
    }

    @Test func `a format's name wins over headers, and an unknown one is not saved by them`() async throws {
        let headers = ["ce-id": "other", "ce-specversion": "1.0", "ce-source": "/a/b", "ce-type": "a.B"]
        try await ServerBench.with { bench in
            try await bench.call { client in
                let both = headers.merging(Self.structured) { $1 }
                let taken = try await client.post("/v1/events", Self.event(), both)
                #expect(taken.status == 202)
                #expect(try await client.get("/v1/events/1")["key"] == "ce:/shop/7 17")
                let unknown = headers.merging(["Content-Type": "application/cloudevents+proto"]) { $1 }
                #expect(try await client.post("/v1/events", "x", unknown).status == 415)
            }
        }
    }

    @Test(arguments: [
        (#"{"specversion":"1.0","id":"1","source":"/a/b"}"#, "missing attribute: type"),
        (#"{"specversion":"1.0","id":null,"source":"/a/b","type":"a.B"}"#, "missing attribute: id"),
        (#"{"specversion":"1.0","id":"","source":"/a/b","type":"a.B"}"#, "'id' is empty"),
        (#"{"specversion":"1.0","id":"1","source":"","type":"a.B"}"#, "'source' is empty"),
        (#"{"specversion":"1.0","id":1,"source":"/a/b","type":"a.B"}"#, "'id' must be a string"),
        (#"{"specversion":"0.3","id":"1","source":"/a/b","type":"a.B"}"#, "'0.3'; what is understood here is 1.0"),
        (#"{"specversion":"1.0","id":"1","source":"/a b","type":"a.B"}"#, "not a URI reference"),
        (#"{"specversion":"1.0","id":"1","source":"/a/b","type":"a B"}"#, "1 to 200 of A-Z a-z 0-9 _ . : / -"),
        (#"{"specversion":"1.0","id":"1","source":"/a/b","type":"ensue.x"}"#, "by the engine alone"),
        (#"[]"#, "an array of them is sent as application/cloudevents-batch+json"),
        (#"7"#, "must be a JSON object"),
    ])
    func `what is no event is refused in words that help`(body: String, words: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.post("/v1/events", body, Self.structured) }
            #expect(answer.status == 422)
            #expect(answer.problem == "invalid")
            #expect(answer.detail.contains(words), "\(answer.detail)")
        }
    }

    @Test(arguments: [
        (#","subject":"""#, "'subject' is empty"),
        (#","time":"yesterday""#, "like 2026-03-04T09:15:02Z"),
        (#","time":"2026-03-04T09:15:02""#, "like 2026-03-04T09:15:02Z"),
        (#","dataschema":"order""#, "not an absolute URI"),
        (#","datacontenttype":"json""#, "'json' is not a media type"),
        (#","Tenant":"x""#, "'Tenant'; the names of CloudEvents consist of a-z and 0-9"),
        (#","trace_parent":"x""#, "consist of a-z and 0-9"),
        (#","ext":[1]"#, "'ext' must be a string, a whole number, true or false"),
        (#","ext":1.5"#, "'ext' must be a string, a whole number, true or false"),
        (#","ext":"a\u0000b""#, "holds U+0"),
        (#","ext":"a\u0085b""#, "holds U+85"),
        (#","data_base64":"*""#, "not a string in base64"),
        (#","data_base64":7"#, "not a string in base64"),
        (
            #","datacontenttype":"application/json","data_base64":"eA==""#,
            "not the JSON that 'datacontenttype' calls it"
        ),
    ])
    func `an attribute that is not as it has to be is named`(more: String, words: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.post("/v1/events", Self.event(more), Self.structured) }
            #expect(answer.status == 422)
            #expect(answer.detail.contains(words), "\(answer.detail)")
        }
    }

    @Test func `a CloudEvent that is declared to be plain JSON is told its type, and one object is no batch`()
        async throws
    {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let plain = try await client.post("/v1/events", Self.event())
                #expect(plain.status == 422)
                #expect(plain.detail.contains("its Content-Type is application/cloudevents+json"))
                let single = try await client.post("/v1/events", Self.event(), Self.batch)
                #expect(single.detail.contains("one alone is sent as application/cloudevents+json"))
            }
        }
    }

    @Test func `at least 64 KiB are taken in every mode`() async throws {
        let data = String(repeating: "x", count: 64 << 10)
        let headers = [
            "ce-specversion": "1.0", "ce-id": "b", "ce-source": "/a/b", "ce-type": "a.B", "Content-Type": "text/plain",
        ]
        try await ServerBench.with { bench in
            try await bench.call { client in
                let event = Self.event(#","data":"\#(data)""#)
                let single = try await client.post("/v1/events", event, Self.structured)
                #expect(single.status == 202)
                let other = Self.event(#","data":"\#(data)""#, id: "18")
                #expect(try await client.post("/v1/events", "[\(other)]", Self.batch).status == 202)
                #expect(try await client.post("/v1/events", data, headers).status == 202)
                #expect(try await client.get("/v1/events/3")["data"]?.string == data)
            }
        }
    }
}
