import Ensue
import EnsueTesting
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import EnsueServer

@Suite(.timeLimit(.minutes(1)))
struct APIKeyTests {
    private static let key = "ensue_sk_a1_0123456789abcdefghijklmn"
    private static let otherKey = "ensue_sk_b2_zyxwvutsrqponmlkjihgfedc"
    private static let bound = "acme=ensue_sk_c3_aabbccddeeffgghhiijj0011"

    private static func options(hasuraSecret: SecretHeader? = nil) throws -> ServerOptions {
        ServerOptions(
            apiKeys: [try APIKey(parsing: key), try APIKey(parsing: otherKey), try APIKey(parsing: bound)],
            hasuraSecret: hasuraSecret)
    }

    private static func bearer(_ key: String) -> [String: String] { ["Authorization": "Bearer \(key)"] }

    @Test func `a key is made of random bytes and can be parsed`() throws {
        let text = try APIKey.text(random: Array(0..<24))
        #expect(text == "ensue_sk_00010203_0405060708090a0b0c0d0e0f1011121314151617")
        let key = try APIKey(parsing: text)
        #expect(key.id == "00010203")
        #expect(key.account == nil)
        #expect(try APIKey(parsing: "acme=\(text)").account == "acme")
        #expect(throws: Invalid.self) { try APIKey.text(random: Array(0..<19)) }
    }

    @Test(arguments: [
        "", "secret", "ensue_sk_", "ensue_sk_a_b", "ensue_sk_a_0123456789abcdefghi",
        "ensue_sk__0123456789abcdefghijklmn",
        "ensue_sk_a_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "ensue_sk_a1_0123456789abcdef_ghijklmn",
        "bad account=ensue_sk_a1_0123456789abcdefghijklmn", "=ensue_sk_a1_0123456789abcdefghijklmn",
        "ensue_sk_a1_0123456789abcdefghijklm=", "ensue_sk_é1_0123456789abcdefghijklmn",
    ])
    func `what is no key or can be guessed is refused and not shown`(text: String) throws {
        let error = #expect(throws: Invalid.self) { try APIKey(parsing: text) }
        #expect(error?.description.contains("0123456789") == false)
    }

    @Test func `a description does not show the key`() throws {
        let key = try APIKey(parsing: Self.bound)
        #expect(key.description == "acme=ensue_sk_c3_…")
        #expect(!"\(try Self.options())".contains("aabbccddee"))
    }

    @Test func `every path but the open ones asks for a key`() async throws {
        try await ServerBench.with(options: try Self.options()) { bench in
            try await bench.call { client in
                let document = try await client.get("/openapi.json")
                for (path, methods) in try #require(document["paths"]?.object) where path.hasPrefix("/v1/") {
                    guard path != "/v1/completions/{token}" else { continue }
                    for method in try #require(methods.object).keys where ["get", "post"].contains(method) {
                        let uri = path.replacing("{id}", with: "1")
                        let answer = method == "get" ? try await client.get(uri) : try await client.post(uri, "{}")
                        #expect(answer.status == 401, "\(method) \(path)")
                        #expect(answer.problem == "unauthorized")
                        #expect(answer.headers[.wwwAuthenticate] == "Bearer")
                    }
                }
                #expect(try await client.get("/no/such/path").status == 401)
                #expect(try await client.get("/healthz").status == 200)
                #expect(try await client.get("/readyz").status == 200)
                #expect(try await client.post("/v1/completions/x", #"{"outcome":"completed"}"#).status == 404)
            }
        }
    }

    @Test(arguments: ServerBench.Depth.allCases)
    func `a sender with a key is let in, and no other`(depth: ServerBench.Depth) async throws {
        try await ServerBench.with(options: try Self.options()) { bench in
            try await bench.call(at: depth) { client in
                for key in [Self.key, Self.otherKey] {
                    let answer = try await client.get("/v1/effects/1", Self.bearer(key))
                    #expect(answer.status == 404)
                }
                #expect(try await client.get("/v1/effects/1", ["Authorization": "bearer  \(Self.key)"]).status == 404)
                for wrong in ["", "Bearer", "Bearer ", "Basic \(Self.key)", Self.key, "Bearer \(Self.key)x"] {
                    #expect(try await client.get("/v1/effects/1", ["Authorization": wrong]).status == 401)
                }
            }
            #expect(!bench.log.text.contains(Self.key))
        }
    }

    @Test func `a key that is bound to an account speaks for it alone`() async throws {
        try await ServerBench.with(options: try Self.options()) { bench in
            try await bench.call { client in
                let key = try #require(Self.bound.split(separator: "=").last.map(String.init))
                let posted = try await client.post(
                    "/v1/effects", #"{"kind":"sms.send","payload":1}"#, Self.bearer(key))
                #expect(posted.status == 202)
                let path = try #require(posted.headers[.location])
                #expect(try await client.get(path, Self.bearer(key)).json["account"] == "acme")
                #expect(try await client.get(path, Self.bearer(Self.key)).status == 404)
                let any = Self.bearer(Self.key).merging(["Ensue-Account": "acme"]) { $1 }
                #expect(try await client.get(path, any).status == 200)
                let same = Self.bearer(key).merging(["Ensue-Account": "acme"]) { $1 }
                #expect(try await client.get(path, same).status == 200)
                let other = try await client.get(path, Self.bearer(key).merging(["Ensue-Account": "default"]) { $1 })
                #expect(other.status == 403)
                #expect(other.problem == "forbidden")
            }
        }
    }

    @Test func `a delivery from Hasura shows its secret or a key`() async throws {
        let secret = try SecretHeader(name: "X-Secret", value: "agreed")
        for options in [try Self.options(hasuraSecret: secret), try Self.options()] {
            try await ServerBench.with(options: options) { bench in
                try await bench.call { client in
                    #expect(try await client.post("/hooks/hasura", "{}").status == 401)
                    #expect(try await client.post("/hooks/hasura", "{}", ["X-Secret": "wrong"]).status == 401)
                    #expect(try await client.post("/hooks/hasura", "{}", Self.bearer(Self.key)).status == 422)
                    let secret = try await client.post("/hooks/hasura", "{}", ["X-Secret": "agreed"])
                    #expect(secret.status == (options.hasuraSecret == nil ? 401 : 422))
                }
            }
        }
    }

    @Test func `with a key the server may have any name, and other sites still get nothing`() async throws {
        try await ServerBench.with(options: try Self.options()) { bench in
            try await bench.server.application().test(.ahc(.http)) { client in
                let key = Self.bearer(Self.key)
                let named = key.merging(["Host": "ensue.example", "Origin": "https://ensue.example"]) { $1 }
                let answer = try await client.get("/v1/effects/1", named)
                #expect(answer.status == 404)
                #expect(answer.headers.allSatisfy { !$0.name.canonicalName.hasPrefix("access-control") })
                let foreign = key.merging(["Sec-Fetch-Site": "cross-site"]) { $1 }
                #expect(try await client.get("/v1/effects/1", foreign).status == 403)
            }
        }
    }

    @Test(arguments: ["0.0.0.0", "::", "10.0.0.7", "ensue.example", "127.0.0.1.example", "1270.0.0.1", ""])
    func `an address that others reach needs a key`(host: String) async throws {
        let error = #expect(throws: Invalid.self) { try ServerOptions(host: host).check() }
        #expect(error?.description.contains("at least one API key") == true)
        try ServerOptions(host: host, apiKeys: [try APIKey(parsing: Self.key)]).check()
        try await ServerBench.with(options: ServerOptions(host: host)) { bench in
            await #expect(throws: Invalid.self) { try await bench.server.application().run() }
        }
    }

    @Test(arguments: ["127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST", "::1"])
    func `programs of this machine need none`(host: String) throws {
        try ServerOptions(host: host).check()
    }

    @Test func `a key that is given twice is an error`() throws {
        let keys = [try APIKey(parsing: Self.key), try APIKey(parsing: "acme=\(Self.key)")]
        #expect(throws: Invalid.self) { try ServerOptions(apiKeys: keys).check() }
    }
}
