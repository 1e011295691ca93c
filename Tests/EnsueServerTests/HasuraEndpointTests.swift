import Ensue
import EnsueTesting
import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import EnsueServer

@Suite(.timeLimit(.minutes(1)))
struct HasuraEndpointTests {
    private func options(_ endpoints: String...) throws -> ServerOptions {
        ServerOptions(hasuraEndpoints: try HasuraEndpoint.endpoints(parsing: endpoints))
    }

    @Test func `an endpoint is one line of text`() throws {
        let plain = try HasuraEndpoint(parsing: "orders")
        #expect(plain.name == "orders")
        #expect(plain.mapping == .automatic)
        #expect(plain.rejected == .refused)
        #expect(plain.secret == nil)
        #expect(plain.account == nil)
        let full = try HasuraEndpoint(
            parsing: "orders:mapping=event,account=acme:eu,rejected=accepted,secret=X-Hook: a=b,c:d, ")
        #expect(full.mapping == .event)
        #expect(full.account == "acme:eu")
        #expect(full.rejected == .accepted)
        #expect(full.secret?.matches([try #require(HTTPField.Name("X-Hook")): "a=b,c:d,"]) == true)
        let loose = try HasuraEndpoint(parsing: " shop.Orders_2-x : rejected = refused , mapping = effect ")
        #expect(loose.name == "shop.Orders_2-x")
        #expect(loose.mapping == .effect)
    }

    @Test(arguments: [
        ("", "A-Z a-z 0-9 _ . -"), ("or ders", "A-Z a-z 0-9 _ . -"), ("a/b", "A-Z a-z 0-9 _ . -"),
        ("..", "A-Z a-z 0-9 _ . -"), ("orders:", "NAME=VALUE"), ("orders:event", "mapping, account, rejected, secret"),
        ("orders:mapping=events", "automatic, effect, event"), ("orders:rejected=no", "refused, accepted"),
        ("orders:maping=event", "did you mean 'mapping'?"),
        ("orders:colour=red", "none of mapping, account, rejected, secret"),
        ("orders:mapping=event,mapping=event", "given twice"), ("orders:account=a b", "the account 'a b'"),
        ("orders:account=acme,", "NAME=VALUE"), ("orders:secret=X-Hook", "HEADER:VALUE"),
    ])
    func `what is no endpoint is refused in words that help`(text: String, words: String) {
        let error = #expect(throws: Invalid.self) { try HasuraEndpoint(parsing: text) }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        "orders secret=X-Hook: s3cret", "orders,secret=s3cret", "orders:X-Hook: s3cret", "X-Hook: s3cret",
        "orders:secret=s3cret", "orders:secrets=X-Hook: s3cret", "orders:mapping=event,X-Hook: s3cret",
        "orders=s3cret",
        "orders:X-Hook: s3cret==", "orders:s3cret=",
    ])
    func `no error shows a secret`(text: String) {
        let error = #expect(throws: Invalid.self) { try HasuraEndpoint(parsing: text) }
        #expect(error?.description.contains("s3cret") == false, "\(String(describing: error))")
    }

    @Test func `two endpoints need two names`() {
        #expect(throws: Invalid("the Hasura endpoint 'a' is there twice")) {
            try HasuraEndpoint.endpoints(parsing: ["a", "b", "a:mapping=event"])
        }
    }

    @Test func `the mapping is the endpoint's`() async throws {
        let (insert, any) = (try Fixture.hasura("insert"), try Fixture.hasura("any-table"))
        try await ServerBench.with(options: try options("e:mapping=event", "f:mapping=effect", "a")) { bench in
            try await bench.call { client in
                let event = try await client.post("/hooks/hasura/e", insert)
                #expect(event.status == 202)
                #expect(event["type"] == "hasura.public.effect_handler_fxtable.insert")
                #expect(try await client.post("/hooks/hasura/f", any).status == 422)
                #expect(try await client.post("/hooks/hasura/f", insert)["effect"] == "1")
                #expect(try await client.post("/hooks/hasura/a", any)["event"] == "2")
                #expect(try await client.post("/hooks/hasura/a?as=event", any).status == 400)
            }
        }
    }

    @Test func `an endpoint that is not configured is not found, and those that are get named`() async throws {
        let insert = try Fixture.hasura("insert")
        try await ServerBench.with(options: try options("shop", "crm")) { bench in
            let answer = try await bench.answer { try await $0.post("/hooks/hasura/orders", insert) }
            #expect(answer.status == 404)
            #expect(answer.problem == "not-found")
            #expect(answer.detail == "there is no Hasura endpoint 'orders'; what is configured: 'crm', 'shop'")
            #expect(bench.store.calls(of: .reject) == 0)
        }
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.post("/hooks/hasura/orders", insert) }
            #expect(answer.detail.contains("none is configured"))
        }
    }

    @Test func `the account is the endpoint's, and no header changes it`() async throws {
        let insert = try Fixture.hasura("insert")
        try await ServerBench.with(options: try options("orders:account=acme", "any")) { bench in
            try await bench.call { client in
                let foreign = try await client.post("/hooks/hasura/orders", insert, ["Ensue-Account": "other"])
                #expect(foreign.status == 403)
                #expect(foreign.detail.contains("'acme'"))
                let same = try await client.post("/hooks/hasura/orders", insert, ["Ensue-Account": "acme"])
                #expect(same.status == 202)
                #expect(try await client.post("/hooks/hasura/orders", insert).status == 200)
                #expect(try await client.get("/v1/effects/1").status == 404)
                #expect(try await client.get("/v1/effects/1", ["Ensue-Account": "acme"]).status == 200)
                let any = try await client.post("/hooks/hasura/any", insert, ["Ensue-Account": "other"])
                #expect(any["effect"] == "2")
            }
        }
    }

    @Test func `each endpoint has its own secret`() async throws {
        let insert = try Fixture.hasura("insert")
        var options = try options("a:secret=X-A: one", "b:secret=X-B: two", "c")
        options.hasuraSecret = try SecretHeader(parsing: "X-Plain: zero")
        try await ServerBench.with(options: options) { bench in
            try await bench.call { client in
                #expect(try await client.post("/hooks/hasura/a", insert, ["X-B": "two"]).problem == "unauthorized")
                #expect(try await client.post("/hooks/hasura/a", insert, ["X-Plain": "zero"]).status == 401)
                #expect(try await client.post("/hooks/hasura/a", "{}", ["X-A": "wrong"]).status == 401)
                #expect(bench.store.calls(of: .reject) == 0)
                let taken = try await client.post("/hooks/hasura/a", insert, ["X-A": "one"])
                #expect(taken.status == 202)
                #expect(try await client.post("/hooks/hasura/b", insert, ["X-B": "two"]).status == 200)
                #expect(try await client.post("/hooks/hasura/c", insert).status == 200)
                #expect(try await client.post("/hooks/hasura", insert, ["X-Plain": "zero"]).status == 200)
            }
        }
    }

    @Test func `where keys are asked for, a hook takes its secret or a key`() async throws {
        let (key, bound) = ("ensue_sk_a1_0123456789abcdef0123456789", "ensue_sk_b2_0123456789abcdef0123456789")
        var options = try options("a:account=acme,secret=X-A: one", "b")
        options.apiKeys = [try APIKey(parsing: key), try APIKey(parsing: "other=\(bound)")]
        let insert = try Fixture.hasura("insert")
        try await ServerBench.with(options: options) { bench in
            try await bench.call { client in
                func status(_ name: String, _ headers: [String: String]) async throws -> Int {
                    try await client.post("/hooks/hasura/\(name)", insert, headers).status
                }
                #expect(try await status("a", [:]) == 401)
                #expect(try await status("a", ["X-A": "one"]) == 202)
                #expect(try await status("a", ["Authorization": "Bearer \(key)"]) == 200)
                #expect(try await status("a", ["Authorization": "Bearer \(bound)"]) == 403)
                #expect(try await status("b", [:]) == 401)
                #expect(try await status("b", ["X-A": "one"]) == 401)
                #expect(try await status("b", ["Authorization": "Bearer \(bound)"]) == 202)
                #expect(try await status("nobody", [:]) == 401)
                #expect(try await status("nobody", ["Authorization": "Bearer \(key)"]) == 404)
                let bare = try await client.post("/event/log?__event__=a.B", "{}")
                #expect(bare.problem == "unauthorized")
            }
        }
    }

    @Test func `a refused delivery can be answered with success, so that it is not repeated in vain`() async throws {
        let unknown = try Fixture.hasura("insert").replacing("publish_rateset", with: "nobody")
        try await ServerBench.with(options: try options("orders:rejected=accepted,account=acme,secret=X-A: one")) {
            bench in
            try await bench.call { client in
                let answer = try await client.post("/hooks/hasura/orders", unknown, ["X-A": "one"])
                #expect(answer.status == 200)
                #expect(answer["rejection"] == "1")
                #expect(answer["problem"] == "unknown-kind")
                #expect(answer["reason"]?.string?.contains("'nobody'") == true)
                #expect(try await client.post("/hooks/hasura/orders", "{", ["X-A": "one"])["rejection"] == "2")
                #expect(try await client.post("/hooks/hasura/orders", unknown).status == 401)
                #expect(bench.store.calls(of: .reject) == 2)
            }
        }
    }

    @Test func `what cannot be kept is asked for again, however refused deliveries are answered`() async throws {
        try await ServerBench.with(options: try options("orders:rejected=accepted")) { bench in
            bench.store.add(.fails(.before, call: 1, of: .reject))
            let answer = try await bench.answer { try await $0.post("/hooks/hasura/orders", "{}") }
            #expect(answer.status == 503)
            #expect(answer.headers[.retryAfter] != nil)
        }
    }

    @Test func `unknown kinds wait for a worker where they are accepted`() async throws {
        let unknown = try Fixture.hasura("insert").replacing("publish_rateset", with: "nobody")
        var options = try options("orders")
        options.unknownKinds = .accept
        try await ServerBench.with(options: options) { bench in
            try await bench.call { client in
                let delivery = try await client.post("/hooks/hasura/orders", unknown)
                #expect(delivery.status == 202)
                #expect(delivery["kind"] == "nobody")
                let request = try await client.post("/v1/effects", #"{"kind":"nobody","payload":{}}"#)
                #expect(request.status == 202)
                #expect(request["state"] == "ready")
                let refused = try await client.post("/v1/effects", #"{"kind":"publish_rateset","payload":{}}"#)
                #expect(refused.detail == "RATESET must be a number")
                #expect(try await client.post("/v1/effects", #"{"kind":"listener.x","payload":{}}"#).status == 422)
            }
        }
    }

    @Test func `a row whose event type nobody declared is refused and kept, where types have to be declared`()
        async throws
    {
        let any = try Fixture.hasura("any-table")
        var handlers = Handlers.samples
        handlers.listen(matching: .exact("hasura.shop.orders.update"), as: "mail") { _, _ in }
        try await ServerBench.with(handlers, options: ServerOptions(eventTypes: .declared)) { bench in
            try await bench.call { client in
                let refused = try await client.post("/hooks/hasura", any)
                #expect(refused.status == 422)
                #expect(refused.problem == "unknown-type")
                #expect(refused["near"] == ["hasura.shop.orders.update"])
                #expect(refused["rejection"] == "1")
                let listened = any.replacing("INSERT", with: "UPDATE")
                #expect(try await client.post("/hooks/hasura", listened).status == 202)
                let plain = try await client.post(
                    "/v1/events", #"[{"type":"polls.PollCompletd","data":1},{"type":"a.B","data":1}]"#)
                #expect(
                    plain["errors"]?.array?.map { $0["type"] }
                        == Array(
                            repeating: "urn:ensue:problem:unknown-type", count: 2))
            }
        }
    }
}

enum Fixture {
    /// A delivery as Hasura sends it.
    static func hasura(_ name: String) throws -> String {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Fixtures"))
        return try String(contentsOf: url, encoding: .utf8)
    }
}
