import Ensue
import EnsueTesting
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import EnsueServer

/// The values of `ce-` headers, and which of them there may be.
@Suite(.timeLimit(.minutes(1)))
struct CloudEventHeadersTests {
    private static let event = ["ce-specversion": "1.0", "ce-id": "1", "ce-source": "/a/b", "ce-type": "a.B"]

    @Test(arguments: [
        ("plain", "plain"), ("a b", "a b"), ("a%20b", "a b"), ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"),
        ("%e2%82%ac", "€"), ("100%25", "100%"), ("%2525", "%25"), (#""a b""#, "a b"), (#""a\"b\\c\d""#, #"a"b\cd"#),
        (#""a%20b""#, "a b"), (#"a"b"#, #"a"b"#), (#""""#, ""), ("ä", "ä"), ("%EF%BF%BD", "\u{FFFD}"), ("", ""),
    ])
    func `a value is unquoted and percent-decoded once`(value: String, text: String) throws {
        #expect(try AttributeHeader.text(value, of: "ce-x") == text)
    }

    @Test(arguments: [
        ("%", "percent sign"), ("100%", "percent sign"), ("%2", "percent sign"), ("%2G", "percent sign"),
        ("%FF", "not UTF-8"), ("%E2%82", "not UTF-8"), ("%C0%80", "not UTF-8"), ("%ED%A0%80", "not UTF-8"),
        ("a\u{FFFD}b", "not UTF-8"), (#""a"#, "no closing"), (#""a"b"#, "goes on after"), (#""a\"#, "no closing"),
    ])
    func `a value that stands for no text is refused`(value: String, words: String) {
        let problem = #expect(throws: Problem.self) { try AttributeHeader.text(value, of: "ce-x") }
        #expect(problem?.status == .badRequest)
        #expect(problem?.detail.contains(words) == true)
        #expect(problem?.detail.contains("ce-x") == true)
    }

    @Test func `a live server decodes them as well`() async throws {
        try await ServerBench.with { bench in
            try await bench.server.application().test(.live) { client in
                let headers = Self.event.merging(["ce-subject": "%C3%A5%20b", "ce-note": #""x y""#]) { $1 }
                #expect(try await client.post("/v1/events", "1", headers).status == 202)
                #expect(try await client.get("/v1/events/1")["tags"] == ["ce:subject=å b", "ce:note=x y"])
                let broken = Self.event.merging(["ce-subject": "%C3"]) { $1 }
                let answer = try await client.post("/v1/events", "1", broken)
                #expect(answer.status == 400)
                #expect(answer.detail.contains("ce-subject"))
            }
        }
    }

    @Test(arguments: [
        (["ce-datacontenttype": "application/json"], 400, "Content-Type says it"),
        (["ce-data": "1"], 400, "the body is the data"),
        (["ce-trace_parent": "1"], 422, "a-z and 0-9"), (["ce-": "1"], 422, "a-z and 0-9"),
        (["ce-id": ""], 422, "'id' is empty"), (["ce-specversion": "2.0"], 422, "1.0"),
        (["Content-Encoding": "gzip"], 415, "as it is"), (["Content-Type": "json"], 422, "not a media type"),
        (["Idempotency-Key": "other"], 400, "Idempotency-Key"),
    ])
    func `what may not be sent is refused`(more: [String: String], status: Int, words: String) async throws {
        try await ServerBench.with { bench in
            let headers = Self.event.merging(more) { $1 }
            let answer = try await bench.answer { try await $0.post("/v1/events", "1", headers) }
            #expect(answer.status == status)
            #expect(answer.detail.contains(words), "\(answer.detail)")
        }
    }

    @Test func `a header that is there twice is refused`() async throws {
        var fields: HTTPFields = [.contentType: "application/json"]
        for (name, value) in Self.event { fields[try #require(HTTPField.Name(name))] = value }
        fields.append(HTTPField(name: try #require(HTTPField.Name("Ce-Id")), value: "2"))
        let headers = fields
        try await ServerBench.with { bench in
            let answer = try await bench.answer { client in
                try Answer(
                    try await client.executeRequest(
                        uri: "/v1/events", method: .post, headers: headers, body: ByteBuffer(string: "1")))
            }
            #expect(answer.status == 400)
            #expect(answer.detail.contains("ce-id is there twice"))
        }
    }

    @Test func `one such header makes an event of it, which then lacks the others`() async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer {
                try await $0.post("/v1/events", "x", ["ce-id": "1", "Content-Type": "text/plain"])
            }
            #expect(answer.status == 422)
            #expect(answer.detail == "missing attributes: source, specversion, type")
        }
    }

    @Test func `a page of another site cannot send one`() async throws {
        try await ServerBench.with { bench in
            try await bench.server.application().test(.ahc(.http)) { client in
                let headers = Self.event.merging(["Origin": "http://evil.example", "Content-Type": "text/plain"]) { $1 }
                let answer = try await client.post("/v1/events", "x", headers)
                #expect(answer.status == 403)
                #expect(bench.store.calls(of: .record) == 0)
            }
        }
    }
}
