import Ensue
import EnsueTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import EnsueServer

@Suite(.timeLimit(.minutes(1)))
struct GuardTests {
    private let rules = BrowserGuard()

    @Test(arguments: [
        "localhost", "localhost:8080", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:8080",
    ])
    func `the server's own names are let in`(host: String) {
        #expect(rules.refusal(host: host, origin: nil, fetchSite: nil) == nil)
        #expect(rules.refusal(host: host, origin: "http://\(host)", fetchSite: "same-origin") == nil)
    }

    @Test(arguments: [
        nil, "", "10.1.2.3:80", "evil.example", "evil.example:8080", "localhost.evil.example", "evil.example:localhost",
        "127.0.0.1.nip.io",
        "localhost:", "localhost:8080:1", "@localhost",
    ])
    func `another name is refused`(host: String?) {
        let isHarmless = host == "localhost:"
        #expect((rules.refusal(host: host, origin: nil, fetchSite: nil) == nil) == isHarmless)
    }

    @Test(arguments: [
        "http://evil.example", "https://localhost:8081", "null", "http://localhost", "file://",
        "http://localhost:8080.evil",
    ])
    func `a page of another origin is refused`(origin: String) {
        #expect(rules.refusal(host: "localhost:8080", origin: origin, fetchSite: nil)?.status == .forbidden)
    }

    @Test(arguments: ["cross-site", "same-site", "something-new"])
    func `what the browser says comes from elsewhere is refused`(site: String) {
        #expect(rules.refusal(host: "localhost", origin: nil, fetchSite: site)?.status == .forbidden)
    }

    @Test func `a typed address and a program are let in`() {
        #expect(rules.refusal(host: "localhost", origin: nil, fetchSite: "none") == nil)
    }

    @Test func `a live server guards everything but its health`() async throws {
        try await ServerBench.with { bench in
            let application = bench.server.application()
            try await application.test(.ahc(.http)) { client in
                func status(_ uri: String, _ headers: [String: String]) async throws -> Int {
                    try await client.get(uri, headers).status
                }
                #expect(try await status("/v1/effects/1", [:]) == 404)
                #expect(try await status("/v1/effects/1", ["Host": "evil.example"]) == 403)
                #expect(try await status("/v1/effects/1", ["Origin": "http://evil.example"]) == 403)
                #expect(try await status("/v1/effects/1", ["Sec-Fetch-Site": "cross-site"]) == 403)
                #expect(try await status("/no/such/path", ["Host": "evil.example"]) == 403)
                #expect(try await status("/healthz", ["Host": "10.0.0.7:8080"]) == 200)
                let posted = try await client.post("/v1/effects", #"{"kind":"sms.send","payload":1}"#)
                #expect(posted.status == 202)
                let foreign = try await client.post(
                    "/hooks/hasura", "{}", ["Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"])
                #expect(foreign.status == 403)
                #expect(foreign.problem == "forbidden")
                #expect(bench.store.calls(of: .reject) == 0)
            }
        }
    }

    @Test func `every path is guarded, and every post has to be declared as JSON`() async throws {
        let options = ServerOptions(hasuraEndpoints: [try HasuraEndpoint("orders")])
        try await ServerBench.with(options: options) { bench in
            try await bench.server.application().test(.ahc(.http)) { client in
                let document = try await client.get("/openapi.json")
                for (path, methods) in try #require(document["paths"]?.object)
                where path.hasPrefix("/v1/") || path.hasPrefix("/hooks/") {
                    let uri = path.replacing("{id}", with: "1").replacing("{token}", with: "x")
                        .replacing("{endpoint}", with: "orders")
                    for method in try #require(methods.object).keys where ["get", "post"].contains(method) {
                        for foreign in [
                            ["Host": "evil.example"], ["Origin": "http://evil.example"],
                            ["Sec-Fetch-Site": "same-site"],
                        ] {
                            let answer =
                                method == "get"
                                ? try await client.get(uri, foreign) : try await client.post(uri, "{}", foreign)
                            #expect(answer.status == 403, "\(method) \(path) \(foreign)")
                        }
                        guard method == "post" else { continue }
                        let plain = try await client.post(uri, "", ["Content-Type": "text/plain"])
                        #expect(plain.status == 415, "\(path)")
                    }
                }
            }
        }
    }

    @Test func `a live server answers a body in pieces and one that is too large`() async throws {
        try await ServerBench.with(options: ServerOptions(bodyLimit: 100_000)) { bench in
            try await bench.server.application().test(.live) { client in
                let text = String(repeating: "x", count: 90_000)
                let fits = try await client.post("/v1/effects", #"{"kind":"sms.send","payload":"\#(text)"}"#)
                #expect(fits.status == 202)
                let large = try await client.post("/v1/effects", String(repeating: " ", count: 200_000))
                #expect(large.status == 413)
                #expect(try await client.get("/healthz").status == 200)
            }
        }
    }
}
