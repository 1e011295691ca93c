import Ensue
import EnsueTesting
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import EnsueServer

@Suite(.timeLimit(.minutes(1)))
struct ProblemsTests {
    private static let paths = ["/v1/events", "/v1/effects", "/v1/completions/x", "/hooks/hasura"]

    @Test(arguments: paths)
    func `malformed JSON is refused with line and column`(path: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.post(path, "{\n  \"kind\": sms\n}") }
            #expect(answer.status == 400)
            #expect(answer.problem == "malformed")
            #expect(answer["line"] == 2)
            #expect(answer["column"] == 11)
        }
    }

    @Test(arguments: paths)
    func `a body that is not declared to be JSON is refused`(path: String) async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                for type in ["text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=latin1"]
                {
                    let answer = try await client.post(path, "{}", ["Content-Type": type])
                    #expect(answer.status == 415)
                    #expect(answer.problem == "unsupported-media-type")
                }
                #expect(try await client.post(path, "{}", ["Content-Encoding": "gzip"]).status == 415)
                for type in ["application/json;charset=UTF-8", "Application/JSON", "application/cloudevents+json"] {
                    #expect(try await client.post(path, "{}", ["Content-Type": type]).status == 422)
                }
            }
        }
    }

    @Test(arguments: paths)
    func `a body that is too large is refused`(path: String) async throws {
        try await ServerBench.with(options: ServerOptions(bodyLimit: 100)) { bench in
            let answer = try await bench.answer { try await $0.post(path, "[\(String(repeating: " ", count: 100))]") }
            #expect(answer.status == 413)
            #expect(answer.problem == "too-large")
        }
    }

    @Test func `an array that is too long is refused`() async throws {
        try await ServerBench.with(options: ServerOptions(batchLimit: 2)) { bench in
            let answer = try await bench.answer { try await $0.post("/v1/events", "[1,2,3]") }
            #expect(answer.status == 413)
            #expect(answer.detail.contains("at most 2"))
        }
    }

    @Test(arguments: paths)
    func `depth without end is an error and not a crash`(path: String) async throws {
        try await ServerBench.with { bench in
            for opening in ["[", #"{"a":"#] {
                let body = String(repeating: opening, count: 100_000)
                let answer = try await bench.answer { try await $0.post(path, body) }
                #expect(answer.status == 400)
                #expect(answer.detail.contains("nested deeper"))
            }
        }
    }

    @Test(arguments: paths)
    func `bytes of any kind are answered`(path: String) async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                var generator = SystemRandomNumberGenerator()
                for _ in 0..<50 {
                    let bytes = (0..<Int.random(in: 0...64, using: &generator)).map { _ in UInt8.random(in: 0...255) }
                    let response = try await client.executeRequest(
                        uri: path, method: .post, headers: [.contentType: "application/json"],
                        body: ByteBuffer(bytes: bytes))
                    #expect((400..<500).contains(response.status.code), "\(bytes)")
                }
            }
        }
    }

    @Test func `an unknown path and an unknown method are told apart`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let path = try await client.get("/v2/effects")
                #expect(path.status == 404)
                #expect(path.problem == "not-found")
                let method = try await client.get("/v1/completions/x")
                #expect(method.status == 405)
                #expect(method.problem == "method-not-allowed")
                #expect(method.headers[.allow] == "POST")
            }
        }
    }

    @Test(arguments: [
        ("/v1/events", #"{"type":"a.B","data":1}"#, StoreVerb.record),
        ("/v1/effects", #"{"kind":"sms.send","payload":1}"#, .request),
        ("/v1/effects", #"{"kind":"no.such","payload":1}"#, .knownKinds),
    ])
    func `a store that is busy is a reason to come back`(path: String, body: String, verb: StoreVerb) async throws {
        try await ServerBench.with { bench in
            bench.store.add(.fails(.before, call: 1, of: verb))
            let answer = try await bench.answer { try await $0.post(path, body) }
            #expect(answer.status == 503)
            #expect(answer.problem == "unavailable")
            #expect(answer.headers[.retryAfter].flatMap { Int($0) } ?? 0 > 0)
        }
    }

    @Test func `a failure of ours is logged and does not show its inside`() async throws {
        var handlers = Handlers()
        handlers.handle(
            "broken", accepting: { _ in throw StoreError(.corrupt, operation: "look up", detail: "/secret/path.db") }
        ) { _, _ in .completed(.null) }
        try await ServerBench.with(handlers) { bench in
            let answer = try await bench.answer { try await $0.post("/v1/effects", #"{"kind":"broken","payload":1}"#) }
            #expect(answer.status == 500)
            #expect(answer.problem == "internal")
            #expect(!answer.text.contains("secret"))
            let id = try #require(answer["request"]?.string)
            #expect(bench.log.text.split(separator: "\n").contains { $0.contains("secret") && $0.contains(id) })
        }
    }

    @Test func `a handler can ask the sender to come back`() async throws {
        var handlers = Handlers()
        handlers.handle(
            "later", accepting: { _ in throw RetryLater("the rates are being loaded", after: .seconds(7)) }
        ) { _, _ in .completed(.null) }
        try await ServerBench.with(handlers) { bench in
            let answer = try await bench.answer { try await $0.post("/v1/effects", #"{"kind":"later","payload":1}"#) }
            #expect(answer.status == 503)
            #expect(answer.headers[.retryAfter] == "7")
            #expect(answer.detail == "the rates are being loaded")
        }
    }

    @Test func `the server holds no SQL and knows no store`() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/EnsueServer")
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        let sql = try Regex(
            #"(?i)\b(select\s.+\sfrom|insert\s+into|delete\s+from|update\s.+\sset|import\s+(GRDB|EnsueSQLite))\b"#)
        var count = 0
        while let url = files?.nextObject() as? URL {
            guard url.pathExtension == "swift" else { continue }
            count += 1
            #expect(try String(contentsOf: url, encoding: .utf8).firstMatch(of: sql) == nil, "\(url.lastPathComponent)")
        }
        #expect(count > 10)
    }
}
