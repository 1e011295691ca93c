import Ensue
import EnsueTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import EnsueServer

@Suite(.timeLimit(.minutes(1)))
struct OpenAPITests {
    /// Runs `test` with the document.
    private func document(_ test: (JSONValue, ServerBench) async throws -> Void) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.get("/openapi.json") }
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType] == "application/json")
            try await test(answer.json, bench)
        }
    }

    /// Every object in the document under a member `name`.
    private func all(_ name: String, in value: JSONValue) -> [JSONValue] {
        switch value {
        case .object(let members):
            members.flatMap { key, value in (key == name ? [value] : []) + all(name, in: value) }
        case .array(let elements): elements.flatMap { all(name, in: $0) }
        default: []
        }
    }

    @Test func `every route is in the document, and nothing else is`() async throws {
        try await document { document, bench in
            let paths = try #require(document["paths"]?.object)
            let described = Set(
                paths.flatMap { path, item in (item.object ?? [:]).keys.map { "\($0.uppercased()) \(path)" } })
            let router = bench.server.router()
            // What answers 405, and the HEAD that comes with every GET, is no operation.
            let answered = try await bench.answeredRoutes(of: router)
            #expect(described == answered)
        }
    }

    @Test func `every operation has a name of its own, a summary, a description and a known tag`() async throws {
        try await document { document, _ in
            let operations = (document["paths"]?.object ?? [:]).values.flatMap { ($0.object ?? [:]).values }
            #expect(operations.count > 15)
            let names = operations.compactMap { $0["operationId"]?.string }
            #expect(names.count == operations.count)
            #expect(Set(names).count == names.count)
            let tags = Set((document["tags"]?.array ?? []).compactMap { $0["name"]?.string })
            for operation in operations {
                #expect(operation["summary"]?.string?.isEmpty == false)
                #expect(operation["description"]?.string?.isEmpty == false)
                #expect(tags.isSuperset(of: (operation["tags"]?.array ?? []).compactMap(\.string)))
                #expect((operation["responses"]?.object ?? [:]).keys.contains { $0.hasPrefix("2") })
            }
        }
    }

    @Test func `every schema that is referred to is there, and every schema is referred to`() async throws {
        try await document { document, _ in
            let references = Set(all("$ref", in: document).compactMap(\.string))
            let names = (document["components"]?["schemas"]?.object ?? [:]).keys
            #expect(references == Set(names.map { "#/components/schemas/\($0)" }))
        }
    }

    @Test func `every parameter in a path is described`() async throws {
        try await document { document, _ in
            for (path, item) in document["paths"]?.object ?? [:] {
                let captured = path.split(separator: "/").filter { $0.hasPrefix("{") }.map { $0.dropFirst().dropLast() }
                for operation in (item.object ?? [:]).values {
                    let described = (operation["parameters"]?.array ?? []).filter { $0["in"] == "path" }
                    #expect(described.compactMap { $0["name"]?.string } == captured.map(String.init))
                    #expect(described.allSatisfy { $0["required"] == true })
                }
            }
        }
    }

    @Test func `the examples for recording and requesting are accepted`() async throws {
        var handlers = Handlers()
        handlers.handle("log") { _, _ in .completed(.null) }
        try await ServerBench.with(handlers) { bench in
            try await bench.call { client in
                let document = try await client.get("/openapi.json").json
                for path in ["/v1/events", "/v1/effects"] {
                    let body = document["paths"]?[path]?["post"]?["requestBody"]?["content"]?["application/json"]
                    let examples = try #require(body?["examples"]?.object)
                    for (name, example) in examples {
                        let answer = try await client.post(path, try #require(example["value"]).text)
                        #expect(answer.status == 202, "\(path), \(name): \(answer.text)")
                    }
                }
            }
        }
    }
}

extension ServerBench {
    /// Method and path of everything that a router answers, but for 405.
    fileprivate func answeredRoutes(of router: Router<CallContext>) async throws -> Set<String> {
        var routes: Set<String> = []
        let responder = router.buildResponder()
        for route in router.routes where route.method != .head {
            let path = "\(route.path)".replacing("{id}", with: "1").replacing("{token}", with: "x")
            let request = Request(
                head: HTTPRequest(method: route.method, scheme: "http", authority: "localhost", path: path),
                body: .init(buffer: .init()))
            let response = try await responder.respond(to: request, context: CallContext(inProcess: log.logger))
            if response.status != .methodNotAllowed { routes.insert("\(route.method) \(route.path)") }
        }
        return routes
    }
}
