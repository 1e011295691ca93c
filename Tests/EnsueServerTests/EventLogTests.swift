import Ensue
import EnsueTesting
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import EnsueServer

@Suite(.timeLimit(.minutes(1)))
struct EventLogTests {
    private static let form = ["Content-Type": "application/x-www-form-urlencoded"]

    @Test func `parameters are the event's data, as strings`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let answer = try await client.bare(
                    "/event/log?__event__=polls.Opened&param1=val1&n=42&t=a+b%20%C3%A5&empty=&bare")
                #expect(answer.status == 202)
                #expect(answer.json == ["id": "1", "duplicate": false])
                #expect(answer.headers[.location] == "/v1/events/1")
                let event = try await client.get("/v1/events/1")
                #expect(event["type"] == "polls.Opened")
                #expect(event["data"] == ["param1": "val1", "n": "42", "t": "a b å", "empty": "", "bare": ""])
                #expect(event["key"] == nil)
            }
        }
    }

    @Test func `a parameter that is repeated is the array of its values`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                _ = try await client.bare("/event/log?a=3&__event__=polls.Opened&a=1&b=x&a=2")
                #expect(try await client.get("/v1/events/1")["data"] == ["a": ["3", "1", "2"], "b": "x"])
            }
        }
    }

    @Test func `the body is data as well: JSON as it is, a form as the query is`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let json = try await client.post(
                    "/event/log?__event__=polls.Opened&a=1", #"{"b":2.50,"c":{"d":[null]}}"#)
                #expect(json.status == 202)
                #expect(
                    try await client.get("/v1/events/1").text.contains(#""data":{"a":"1","b":2.50,"c":{"d":[null]}}"#))
                let form = try await client.post("/event/log?a=1", "__event__=polls.Opened&b=x+y&b=z", Self.form)
                #expect(form.status == 202)
                #expect(try await client.get("/v1/events/2")["data"] == ["a": "1", "b": ["x y", "z"]])
            }
        }
    }

    @Test func `a connection's address is stamped as the source, and nothing of the data is changed`() async throws {
        try await ServerBench.with { bench in
            try await bench.server.application().test(.live) { client in
                let answer = try await client.bare("/event/log?__event__=polls.Opened&source=mine&time=now")
                #expect(answer.status == 202)
                let event = try await client.get("/v1/events/1")
                #expect(["/client/127.0.0.1", "/client/::1"].contains(event["source"]?.string))
                #expect(event["time"] == event["recordedAt"])
                #expect(event["data"] == ["source": "mine", "time": "now"])
            }
        }
    }

    @Test func `a call within the process has no address, and no source`() async throws {
        try await ServerBench.with { bench in
            let request = HTTPRequest(
                method: .post, scheme: nil, authority: nil, path: "/event/log?__event__=polls.Opened")
            #expect(await bench.server.respond(to: request, body: ByteBuffer()).response.status == .accepted)
            let event = try #require(try await bench.store.event(EventID(rawValue: 1)))
            #expect(event.source == nil)
            #expect(event.data.text == "{}")
        }
    }

    @Test(
        arguments: [
            ("stuff", "has no dot"), ("a.b.c", "more than one dot"), (".Opened", "nothing before"),
            ("polls.", "nothing after"), ("", "is empty"), (".", "nothing before"), ("polls.Op%20ened", "A-Z a-z 0-9"),
            ("polls.%C3%85", "A-Z a-z 0-9"), ("polls." + String(repeating: "x", count: 200), "more than 200 bytes"),
        ], [ServerOptions.EventTypes.open, .declared])
    func `a malformed name is refused with what was wrong`(
        name: (text: String, words: String), types: ServerOptions.EventTypes
    ) async throws {
        try await ServerBench.with(options: ServerOptions(eventTypes: types)) { bench in
            let answer = try await bench.answer { try await $0.bare("/event/log?__event__=\(name.text)") }
            #expect(answer.status == 422)
            #expect(answer.problem == "invalid-name")
            #expect(answer.detail.contains(name.words), "\(answer.detail)")
            #expect(answer.detail.contains("such as polls.PollCompleted"))
        }
    }

    @Test func `a well-formed name that nobody declared is another error, where types have to be declared`()
        async throws
    {
        try await ServerBench.with(options: ServerOptions(eventTypes: .declared)) { bench in
            try await bench.call { client in
                let answer = try await client.bare("/event/log?__event__=polls.PollComplete")
                #expect(answer.status == 422)
                #expect(answer.problem == "unknown-type")
                #expect(answer["eventType"] == "polls.PollComplete")
                #expect(answer["near"] == ["polls.PollCompleted"])
                #expect(answer.detail.contains("did you mean 'polls.PollCompleted'?"))
                let far = try await client.bare("/event/log?__event__=shop.Sold")
                #expect(far["near"] == [])
                let known = try await client.post("/event/log?__event__=polls.PollCompleted", #"{"score":9}"#)
                #expect(known.status == 202)
            }
        }
    }

    @Test func `what its type does not allow is refused before it is stored`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let text = try await client.bare("/event/log?__event__=polls.PollCompleted&score=9")
                #expect(text.status == 422)
                #expect(text.problem == "invalid")
                #expect(text.detail.contains("polls.PollCompleted"))
                let low = try await client.post("/event/log?__event__=polls.PollCompleted", #"{"score":-1}"#)
                #expect(low.detail == "score must not be negative")
                #expect(bench.store.calls(of: .record) == 0)
            }
        }
    }

    @Test(arguments: [
        ("", "{}", 400, "?__event__=app.EventName"), ("?__event__=a.B&__event__=a.C", "{}", 400, "more than once"),
        ("?__event__=a.B&x=1", #"{"x":1}"#, 400, "'x' is given in the query and in the body"),
        ("?__event__=a.B", #"{"__event__":"a.B"}"#, 400, "stands in the query"),
        ("?__event__=a.B", "[1]", 422, "must be a JSON object"), ("?__event__=a.B", "{", 400, "not JSON"),
        ("?__event__=a.B&x=%FF", "{}", 400, "not UTF-8"), ("?__event__=a.B&x=100%", "{}", 400, "%25"),
        ("?__event__=ensue.Started", "{}", 422, "by the engine alone"),
    ])
    func `what cannot be understood is refused`(query: String, body: String, status: Int, words: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.post("/event/log\(query)", body) }
            #expect(answer.status == status)
            #expect(answer.detail.contains(words), "\(answer.detail)")
        }
    }

    @Test(arguments: ["text/plain", "multipart/form-data; boundary=x", ""])
    func `a body of another type is refused`(type: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer {
                try await $0.post("/event/log?__event__=a.B", "a=1", ["Content-Type": type])
            }
            #expect(answer.status == 415)
            #expect(answer.detail.contains("application/x-www-form-urlencoded"))
        }
    }

    @Test func `the second call with a key is the first one`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let key = ["Idempotency-Key": "k", "Ensue-Account": "acme"]
                #expect(try await client.post("/event/log?__event__=a.B", "{}", key).status == 202)
                let second = try await client.post("/event/log?__event__=a.B", "{}", key)
                #expect(second.status == 200)
                #expect(second.json == ["id": "1", "duplicate": true])
                #expect(try await client.get("/v1/events/1", ["Ensue-Account": "acme"]).status == 200)
            }
        }
    }

    @Test func `a form of another site's page is refused`() async throws {
        try await ServerBench.with { bench in
            try await bench.server.application().test(.ahc(.http)) { client in
                for foreign in [
                    ["Origin": "https://evil.example"], ["Sec-Fetch-Site": "cross-site"], ["Origin": "null"],
                ] {
                    let headers = Self.form.merging(foreign) { $1 }
                    for body in ["a=1", ""] {
                        let answer = try await client.post("/event/log?__event__=a.B", body, headers)
                        #expect(answer.status == 403)
                    }
                }
                #expect(bench.store.calls(of: .record) == 0)
            }
        }
    }
}

extension TestClientProtocol {
    /// A call that consists of its address alone.
    fileprivate func bare(_ uri: String) async throws -> Answer {
        try Answer(try await executeRequest(uri: uri, method: .post, headers: [:], body: nil))
    }
}
