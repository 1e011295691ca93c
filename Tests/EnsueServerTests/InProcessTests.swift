import Ensue
import EnsueTesting
import Foundation
import HTTPTypes
import NIOCore
import Testing

@testable import EnsueServer

/// A server that is asked by its own process, without a connection.
@Suite(.timeLimit(.minutes(1)))
struct InProcessTests {
    private static func ask(
        _ bench: ServerBench, _ method: HTTPRequest.Method, _ path: String, _ body: String = "",
        headers: HTTPFields = [.contentType: "application/json"]
    ) async throws -> Answer {
        let request = HTTPRequest(method: method, scheme: nil, authority: nil, path: path, headerFields: headers)
        let (response, body) = await bench.server.respond(to: request, body: ByteBuffer(string: body))
        return try Answer(response, body)
    }

    @Test func `what is requested can be read`() async throws {
        try await ServerBench.with { bench in
            let requested = try await Self.ask(
                bench, .post, "/v1/effects", #"{"kind":"sms.send","payload":{"to":"1"}}"#)
            #expect(requested.status == 202)
            #expect(requested.headers[.location] == "/v1/effects/1")
            let read = try await Self.ask(bench, .get, "/v1/effects/1")
            #expect(read["payload"]?["to"] == "1")
            #expect(read.headers[.contentType] == "application/json")
        }
    }

    @Test func `the guards for browsers do not apply`() async throws {
        try await ServerBench.with { bench in
            let headers: HTTPFields = [.origin: "https://evil.example", .secFetchSite: "cross-site"]
            let answer = try await Self.ask(bench, .get, "/v1/effects/1", headers: headers)
            #expect(answer.problem == "not-found")
        }
    }

    @Test func `errors are problem documents`() async throws {
        try await ServerBench.with(options: ServerOptions(bodyLimit: 10)) { bench in
            let path = try await Self.ask(bench, .get, "/no/such/path")
            #expect(path.problem == "not-found")
            #expect(try await Self.ask(bench, .delete, "/v1/effects").problem == "method-not-allowed")
            #expect(try await Self.ask(bench, .post, "/v1/effects", "{").problem == "malformed")
            #expect(try await Self.ask(bench, .post, "/v1/effects", headers: [:]).status == 415)
            let large = try await Self.ask(bench, .post, "/v1/events", #"{"type":"a.B","data":1}"#)
            #expect(large.problem == "too-large")
            bench.store.add(.dies(.before, call: 1))
            #expect(try await Self.ask(bench, .get, "/v1/effects/1").status >= 500)
        }
    }

    @Test func `a store that fails is logged under the request's id`() async throws {
        var handlers = Handlers()
        handlers.handle(
            "broken", accepting: { _ in throw StoreError(.corrupt, operation: "look up", detail: "page 7") }
        ) { _, _ in .completed(.null) }
        try await ServerBench.with(handlers) { bench in
            let answer = try await Self.ask(bench, .post, "/v1/effects", #"{"kind":"broken","payload":1}"#)
            #expect(answer.problem == "internal")
            let id = try #require(answer["request"]?.string)
            #expect(bench.log.text.split(separator: "\n").contains { $0.contains("page 7") && $0.contains(id) })
        }
    }
}
