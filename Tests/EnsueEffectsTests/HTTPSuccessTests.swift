import Ensue
import EnsueEffects
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HTTPSuccessTests {
    let bench: EffectBench

    init() throws { bench = try EffectBench() }

    @Test(arguments: [200, 201, 202, 203, 226, 299])
    func `a 2xx completes with status, headers and body`(status: Int) async throws {
        try await withServer { _ in
            Response(.init(code: status), [.contentType: "text/plain", .eTag: "abc"], "fine")
        } _: { server in
            let output = try await bench.run("http.request", ["url": "http://\(server.host)/"]).output()
            #expect(output["status"] == .number(JSONNumber(status)))
            #expect(output["headers"]?["etag"] == "abc")
            #expect(output["body"] == "fine")
            #expect(output["encoding"] == nil)
            #expect(output["truncated"] == nil)
        }
    }

    @Test func `an answer without content has an empty body`() async throws {
        try await withServer { _ in
            Response(.noContent)
        } _: { server in
            let output = try await bench.run("http.request", ["url": "http://\(server.host)/"]).output()
            #expect(output["body"] == "")
        }
    }

    @Test(arguments: ["application/json", "application/json; charset=utf-8", "application/problem+JSON", "text/json"])
    func `a JSON body is a value, to the digit`(contentType: String) async throws {
        let body = #"{"id":9007199254740993,"price":1.10,"sum":123456789012345678901234567890123456789012345}"#
        try await withServer { _ in
            Response(.ok, [.contentType: contentType], body)
        } _: { server in
            let settled = try await bench.run("http.request", ["url": "http://\(server.host)/"])
            #expect(settled.outputText?.contains(#""body":\#(body),"#) == true)
        }
    }

    @Test(arguments: [("application/json", "{broken"), ("text/plain", #"{"a":1}"#), ("text/html", "<p>ä</p>")])
    func `what is not JSON, or only says so, is text`(contentType: String, body: String) async throws {
        try await withServer { _ in
            Response(.ok, [.contentType: contentType], body)
        } _: { server in
            let output = try await bench.run("http.request", ["url": "http://\(server.host)/"]).output()
            #expect(output["body"] == .string(body))
        }
    }

    @Test func `a body that is not UTF-8 is base64`() async throws {
        try await withServer { _ in
            Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: [0xFF, 0x00, 0xFE])))
        } _: { server in
            let output = try await bench.run("http.request", ["url": "http://\(server.host)/"]).output()
            #expect(output["body"] == "/wD+")
            #expect(output["encoding"] == "base64")
        }
    }

    @Test(arguments: [(65_536, false), (65_537, true), (300_000, true)])
    func `64 KiB of a body are kept`(length: Int, isTruncated: Bool) async throws {
        try await withServer { _ in
            Response(.ok, [:], String(repeating: "x", count: length))
        } _: { server in
            let output = try await bench.run("http.request", ["url": "http://\(server.host)/"]).output()
            #expect(output["body"]?.string?.count == min(length, 65_536))
            #expect(output["truncated"] == (isTruncated ? true : nil))
        }
    }

    @Test(arguments: [(1, "a"), (2, "a"), (3, "aä"), (5, "aä"), (6, "aä€"), (9, "aä€"), (10, "aä€😀"), (11, "aä€😀b")])
    func `a character that the limit cuts in two is left out`(limit: Int, kept: String) async throws {
        let bench = try EffectBench(BuiltInEffects(httpResponseLimit: limit))
        try await withServer { _ in
            Response(.ok, [:], "aä€😀b")
        } _: { server in
            let output = try await bench.run("http.request", ["url": "http://\(server.host)/"]).output()
            #expect(output["body"] == .string(kept))
            #expect(output["encoding"] == nil)
        }
    }

    @Test func `an endless body is left as soon as the limit is reached`() async throws {
        let (closed, signal) = AsyncStream<Void>.makeStream()
        try await withServer { _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    defer { signal.yield() }
                    while true { try await writer.write(ByteBuffer(repeating: UInt8(ascii: "x"), count: 10_000)) }
                })
        } _: { server in
            let output = try await bench.run("http.request", ["url": "http://\(server.host)/"]).output()
            #expect(output["truncated"] == true)
            for await _ in closed { break }
        }
    }

    @Test(arguments: [
        (SendHTTPRequest(""), "GET", ""), (SendHTTPRequest("", body: .text("hello")), "POST", "hello"),
        (SendHTTPRequest("", method: "put", body: .json(["a": 1])), "PUT", #"{"a":1}"#),
        (SendHTTPRequest("", method: "DELETE"), "DELETE", ""),
        (SendHTTPRequest("", body: .json(nil)), "POST", "null"),
    ])
    func `a request goes out as it was asked for`(
        request: SendHTTPRequest, method: String, body: String
    ) async throws {
        try await withServer { _ in
            Response(.ok)
        } _: { server in
            var request = request
            request.url = "http://\(server.host)/a%20b?q=%C3%A4#fragment"
            request.headers = ["X-One": "1"]
            _ = try await bench.send(request).output()
            let received = try #require(server.received.first)
            #expect(received.method == method)
            #expect(received.path == "/a%20b?q=%C3%A4")
            #expect(received.body == body)
            #expect(received.header("x-one") == ["1"])
        }
    }

    @Test func `a JSON body goes out to the digit`() async throws {
        let numbers = #"[9007199254740993,1.10,123456789012345678901234567890123456789012345]"#
        try await withServer { _ in
            Response(.ok)
        } _: { server in
            let payload = try JSONText(parsing: #"{"url":"http://\#(server.host)/","json":\#(numbers)}"#)
            _ = try await bench.run("http.request", payload)
            #expect(server.received.first?.body == numbers)
        }
    }

    @Test(arguments: [
        (SendHTTPRequest.Body.json([]), "application/json"), (.text(""), "text/plain; charset=utf-8"),
    ])
    func `the content type is that of the body, or what the payload says`(
        body: SendHTTPRequest.Body, contentType: String
    ) async throws {
        try await withServer { _ in
            Response(.ok)
        } _: { server in
            let url = "http://\(server.host)/"
            _ = try await bench.send(SendHTTPRequest(url, body: body))
            _ = try await bench.send(SendHTTPRequest(url, headers: ["content-type": "a/b"], body: body))
            #expect(server.received.map { $0.headers[.contentType] } == [contentType, "a/b"])
        }
    }

    @Test func `all runs carry the same idempotency key, unless the payload has one`() async throws {
        try await withServer { _ in
            Response(.ok)
        } _: { server in
            let request = SendHTTPRequest("http://\(server.host)/")
            let payload = try JSONText.encoding(request)
            _ = try await bench.run("http.request", payload, run: 1)
            _ = try await bench.run("http.request", payload, run: 2)
            _ = try await bench.send(SendHTTPRequest(request.url, headers: ["idempotency-key": "mine"]))
            let keys = server.received.map { $0.header("idempotency-key") }
            #expect(keys[0].first?.hasPrefix("ensue-") == true)
            #expect(keys[0].count == 1)
            #expect(keys[0] == keys[1])
            #expect(keys[2] == ["mine"])
        }
    }

    @Test func `the output can be read as the declared type`() async throws {
        try await withServer { _ in
            .json("[1]", .created)
        } _: { server in
            let output = try await bench.send(SendHTTPRequest("http://\(server.host)/")).output()
            let typed = try output.decode(SendHTTPRequest.Output.self)
            #expect(typed.status == 201)
            #expect(typed.body == [1])
            #expect(typed.truncated == nil)
        }
    }
}
