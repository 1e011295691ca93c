import Ensue
import EnsueTesting
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import EnsueServer

@Suite(.timeLimit(.minutes(1)))
struct RejectionsTests {
    private static let account = ["Ensue-Account": "acme"]

    /// A delivery whose kind `later` handles, and the samples do not.
    private static func unknown() throws -> String {
        try Fixture.hasura("insert").replacing("publish_rateset", with: "later")
    }

    private static var more: Handlers {
        var handlers = Handlers.samples
        handlers.handle("later") { _, _ in .completed(.null) }
        return handlers
    }

    /// A newer version of the same server: it knows the kind `later`.
    private func newer(
        _ bench: ServerBench, _ options: ServerOptions = ServerOptions(),
        _ test: @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let engine = try Engine(store: bench.store, handlers: Self.more, logger: bench.log.logger)
        try await EnsueServer(engine: engine, options: options, logger: bench.log.logger).application()
            .test(.router, test)
    }

    @Test func `a refused delivery can be read with all that was sent`() async throws {
        let body = try Self.unknown()
        try await ServerBench.with { bench in
            try await bench.call { client in
                _ = try await client.post("/hooks/hasura?as=effect", body, Self.account)
                let rejection = try await client.get("/v1/rejections/1", Self.account)
                #expect(rejection.status == 200)
                #expect(rejection["id"] == "1")
                #expect(rejection["account"] == "acme")
                #expect(rejection["source"] == "/hooks/hasura?as=effect")
                #expect(rejection["body"]?.string == body)
                #expect(rejection["reason"]?.string?.contains("'later'") == true)
                #expect(rejection["createdAt"]?.string != nil)
                #expect(rejection["resolvedAt"] == nil)
                #expect(rejection["resolution"] == nil)
                #expect(try await client.get("/v1/rejections/1").problem == "not-found")
                #expect(try await client.get("/v1/rejections/2", Self.account).status == 404)
                #expect(try await client.get("/v1/rejections/one", Self.account).status == 404)
            }
        }
    }

    @Test func `the list is newest first, in pages, and the account's own`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                for number in 1...5 { _ = try await client.post("/hooks/hasura", "{\"n\":\(number)}", Self.account) }
                _ = try await client.post("/hooks/hasura", "{}")
                var seen: [String] = []
                var path: String? = "/v1/rejections?limit=2"
                while let next = path {
                    let page = try await client.get(next, Self.account)
                    seen += page["items"]?.array?.compactMap { $0["id"]?.string } ?? []
                    path = page["next"]?.string.map { "/v1/rejections?limit=2&cursor=\($0)" }
                }
                #expect(seen == ["5", "4", "3", "2", "1"])
                #expect(try await client.get("/v1/rejections")["items"]?.array?.count == 1)
            }
        }
    }

    @Test(arguments: ["resolved=yes", "limit=0", "limit=1001", "cursor=x", "state=failed"])
    func `a question that cannot be understood is refused`(query: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.get("/v1/rejections?\(query)") }
            #expect(answer.problem == "malformed")
        }
    }

    @Test func `a replay is answered as the delivery would be, and puts the rejection right`() async throws {
        let body = try Self.unknown()
        try await ServerBench.with { bench in
            try await bench.call { client in _ = try await client.post("/hooks/hasura", body, Self.account) }
            try await newer(bench) { client in
                let replay = try await client.post("/v1/rejections/1/replay", "", Self.account)
                #expect(replay.status == 202)
                #expect(replay["kind"] == "later")
                #expect(replay["effect"] == "1")
                #expect(replay["duplicate"] == false)
                #expect(try await client.get("/v1/effects/1", Self.account)["kind"] == "later")
                let rejection = try await client.get("/v1/rejections/1", Self.account)
                #expect(rejection["resolution"] == "effect 1")
                #expect(rejection["resolvedAt"]?.string != nil)
                #expect(try await client.get("/v1/rejections", Self.account)["items"] == [])
                let all = try await client.get("/v1/rejections?resolved=true", Self.account)
                #expect(all["items"]?.array?.count == 1)
                let again = try await client.post("/v1/rejections/1/replay", "{}", Self.account)
                #expect(again.status == 409)
                #expect(again.problem == "already-resolved")
                #expect(again["resolution"] == "effect 1")
            }
        }
    }

    @Test func `a replay that is refused again changes nothing`() async throws {
        let body = try Self.unknown()
        try await ServerBench.with { bench in
            try await bench.call { client in
                let first = try await client.post("/hooks/hasura", body)
                for _ in 1...2 {
                    let replay = try await client.post("/v1/rejections/1/replay", "{}")
                    #expect(replay.status == 422)
                    #expect(replay.json == first.json)
                }
                #expect(bench.store.calls(of: .reject) == 1)
                #expect(bench.store.calls(of: .resolve) == 0)
                _ = try await client.post("/hooks/hasura", "{")
                #expect(try await client.post("/v1/rejections/2/replay", "{}").status == 400)
                #expect(bench.store.calls(of: .reject) == 2)
            }
        }
    }

    @Test(arguments: Fault.Moment.allCases)
    func `a replay whose end was lost is found by its key, and puts the rejection right then`(
        moment: Fault.Moment
    ) async throws {
        let body = try Self.unknown()
        try await ServerBench.with { bench in
            try await bench.call { client in _ = try await client.post("/hooks/hasura", body) }
            bench.store.add(.fails(moment, call: 1, of: .resolve))
            try await newer(bench) { client in
                #expect(try await client.post("/v1/rejections/1/replay", "{}").status == 503)
                #expect(try await client.get("/v1/effects/1").status == 200)
                let second = try await client.post("/v1/rejections/1/replay", "{}")
                if moment == .before {
                    #expect(second.status == 200)
                    #expect(second["effect"] == "1")
                    #expect(second["duplicate"] == true)
                } else {
                    #expect(second.problem == "already-resolved")
                }
                #expect(try await client.get("/v1/rejections/1")["resolution"] == "effect 1")
                #expect(try await client.get("/v1/effects/2").status == 404)
            }
        }
    }

    @Test func `a delivery that cannot be stored stays among the rejections`() async throws {
        let body = try Self.unknown()
        try await ServerBench.with { bench in
            try await bench.call { client in _ = try await client.post("/hooks/hasura", body) }
            bench.store.add(.fails(.before, call: 1, of: .request))
            try await newer(bench) { client in
                let replay = try await client.post("/v1/rejections/1/replay", "{}")
                #expect(replay.status == 503)
                let rejection = try await client.get("/v1/rejections/1")
                #expect(rejection["resolvedAt"] == nil)
            }
        }
    }

    @Test func `a replay goes by the endpoint's present configuration, without its secret`() async throws {
        let any = try Fixture.hasura("any-table")
        let before = ServerOptions(
            hasuraEndpoints: try HasuraEndpoint.endpoints(parsing: [
                "orders:mapping=effect,account=acme,rejected=accepted,secret=X-A: one"
            ]))
        let after = ServerOptions(
            hasuraEndpoints: try HasuraEndpoint.endpoints(parsing: [
                "orders:mapping=event,account=other,secret=X-A: two"
            ]))
        try await ServerBench.with(options: before) { bench in
            try await bench.call { client in
                let refused = try await client.post("/hooks/hasura/orders", any, ["X-A": "one"])
                #expect(refused["rejection"] == "1")
                let replay = try await client.post("/v1/rejections/1/replay", "{}", Self.account)
                #expect(replay.status == 422)
            }
            try await newer(bench) { client in
                let gone = try await client.post("/v1/rejections/1/replay", "{}", Self.account)
                #expect(gone.status == 409)
                #expect(gone.problem == "not-replayable")
                #expect(gone.detail.contains("/hooks/hasura/orders is not configured"))
            }
            try await newer(bench, after) { client in
                let replay = try await client.post("/v1/rejections/1/replay", "{}", Self.account)
                #expect(replay.status == 202)
                #expect(replay["type"] == "hasura.shop.orders.insert")
                #expect(try await client.get("/v1/events/1", Self.account).status == 200)
                #expect(try await client.get("/v1/rejections/1", Self.account)["resolution"] == "event 1")
            }
        }
    }

    @Test func `what did not come as a delivery cannot be replayed`() async throws {
        try await ServerBench.with { bench in
            _ = try await bench.store.reject(
                RejectedDelivery(account: .default, source: "/rules/17", body: "{}", reason: "a template failed"))
            try await bench.call { client in
                let answer = try await client.post("/v1/rejections/1/replay", "{}")
                #expect(answer.status == 409)
                #expect(answer.problem == "not-replayable")
                #expect(answer.detail.contains("'/rules/17'"))
            }
        }
    }

    @Test func `a replay is asked for in JSON, with nothing in it, by its own account`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                _ = try await client.post("/hooks/hasura", "{}")
                let path = "/v1/rejections/1/replay"
                #expect(try await client.post(path, "", ["Content-Type": "text/plain"]).status == 415)
                #expect(try await client.post(path, #"{"body":1}"#).status == 422)
                #expect(try await client.post(path, "{}", Self.account).status == 404)
                #expect(try await client.get(path).status == 405)
            }
        }
    }
}
