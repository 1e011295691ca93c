import Ensue
import EnsueEffects
import Testing

struct HTTPPayloadTests {
    let bench: EffectBench

    init() throws { bench = try EffectBench() }

    private func refusal(_ payload: JSONValue) async throws -> String {
        let error = try await #require(throws: Invalid.self) { try await bench.accept("http.request", payload) }
        // What slips in through SQL meets the same rule when it runs.
        let rejection = try #require(try await bench.run("http.request", payload).rejection)
        #expect(rejection == "the payload is not a valid http.request: \(error)")
        return error.description
    }

    @Test(
        arguments: [
            (["url": "http://h/", "metod": "GET"], "unknown field 'metod'; did you mean 'method'?"),
            (
                ["url": "http://h/", "payload": 1],
                "unknown field 'payload'; the fields of http.request are method, url, headers, json, text, timeout"
            ),
            ([:], "missing key: url"), (["url": 5], "'url' must be a string"),
            (["url": "http://h/", "headers": ["A": 1]], "'headers' must be an object of strings"),
            (["url": "http://h/", "json": 1, "text": "1"], "'json' and 'text' are both given; a request has one body"),
            ("http://h/", "the payload of http.request is not an object"),
        ] as [(JSONValue, String)])
    func `a payload of another shape is refused with a hint`(payload: JSONValue, reason: String) async throws {
        #expect(try await refusal(payload) == reason)
    }

    @Test(arguments: ["FETCH", "CONNECT", "TRACE", "", "GET /", "GET\r\n"])
    func `a method that is none is refused`(method: String) async throws {
        #expect(try await refusal(["url": "http://h/", "method": .string(method)]).contains("is no method"))
    }

    @Test(arguments: [
        ("h/x", "neither an http nor an https URL"), ("ftp://h/", "neither an http nor an https URL"),
        ("file:///etc/passwd", "neither"), ("http+unix://%2Fsock/", "neither"), ("//h/", "neither"),
        ("", "URL"), ("http://h/a b", "percent encoding"), ("http://h/\r\nX: y", "percent encoding"),
        ("http://h/ä", "percent encoding"), ("http:///x", "no host"), ("http:x", "no host"), ("http:/x", "no host"),
        ("http://a%0d%0ab/", "no host"), ("http://[::1%25eth0]/", "no host"), ("http://u@h/", "user name"),
        ("http://u:p@h/", "user name"), ("http://@h/", "user name"), ("http://h:0/", "port"),
        ("http://h:65536/", "port"), ("http://h:99999999999999999999/", "host"),
    ])
    func `a URL that could be misread is refused`(url: String, hint: String) async throws {
        #expect(try await refusal(["url": .string(url)]).contains(hint))
    }

    @Test(arguments: [
        "http://h", "HTTPS://Example.com:8443/a?b#c", "http://[::1]:80/", "http://127.0.0.1/", "http://a_b.c./?q",
        "http://h:/", "http://h/a@b",
    ])
    func `an http or https URL is accepted`(url: String) async throws {
        try await bench.accept("http.request", ["url": .string(url)])
    }

    @Test(arguments: [
        "Host", "content-length", "Transfer-Encoding", "Connection", "Upgrade", "Expect", "TE",
    ])
    func `a header that is the client's own is refused`(name: String) async throws {
        let reason = try await refusal(["url": "http://h/", "headers": [name: "x"]])
        #expect(reason == "the header \(name) is the client's own")
    }

    @Test(arguments: ["", "X Y", "X:", "X\r\nY", "Ä", ":path"])
    func `a header name that is none is refused`(name: String) async throws {
        #expect(try await refusal(["url": "http://h/", "headers": [name: "x"]]).contains("name of a header"))
    }

    @Test(arguments: ["a\r\nX-Injected: 1", "a\nb", "a\rb", "a\u{0}b", "a\u{7F}", " a", "a\t"])
    func `a header value that would break the line is refused`(value: String) async throws {
        #expect(try await refusal(["url": "http://h/", "headers": ["X": .string(value)]]).contains("line break"))
    }

    @Test func `a header that is given in two spellings is refused`() async throws {
        let reason = try await refusal(["url": "http://h/", "headers": ["Accept": "a", "accept": "b"]])
        #expect(reason.contains("given twice"))
    }

    @Test(arguments: [0, -1, 301, 1e300])
    func `a timeout out of range is refused`(seconds: Double) async throws {
        let number = try #require(JSONNumber(seconds))
        #expect(try await refusal(["url": "http://h/", "timeout": .number(number)]).contains("300 seconds"))
    }

    @Test(arguments: [0.001, 30, 300])
    func `a timeout in range is accepted`(seconds: Double) async throws {
        let number = try #require(JSONNumber(seconds))
        try await bench.accept("http.request", ["url": "http://h/", "timeout": .number(number)])
    }

    @Test func `null fields count as absent`() async throws {
        try await bench.accept(
            "http.request", ["url": "http://h/", "method": nil, "headers": nil, "text": nil, "timeout": nil])
    }

    @Test(arguments: [
        SendHTTPRequest("ftp://h/"), SendHTTPRequest("http://h/", headers: ["A": "\n"]),
        SendHTTPRequest("http://h/", method: "no"), SendHTTPRequest("http://h/", timeout: .seconds(301)),
    ])
    func `a declared request is held to the same rules`(request: SendHTTPRequest) {
        #expect(throws: Invalid.self) { try request.validate() }
    }

    @Test func `a declared request survives its encoding`() throws {
        let request = SendHTTPRequest(
            "http://h/", method: "PUT", headers: ["A": "b"], body: .json(["n": 9_007_199_254_740_993]),
            timeout: .milliseconds(1500))
        let text = try JSONText.encoding(request)
        #expect(
            text.text
                == #"{"headers":{"A":"b"},"json":{"n":9007199254740993},"method":"PUT","timeout":1.5,"url":"http://h/"}"#
        )
        #expect(try JSONText.encoding(text.decode(SendHTTPRequest.self)) == text)
    }
}
