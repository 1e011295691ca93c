import Foundation
import Testing

@testable import EnsueCommands

struct ConfiguredArgumentsTests {
    private let root: CommandShape

    init() throws { root = try CommandShape(of: RootCommand.self) }

    private func complete(_ arguments: String, _ environment: [String: String] = [:]) async throws -> [String] {
        let words = arguments.split(separator: " ").map(String.init)
        return try await ConfiguredArguments(words, of: root, environment: environment).arguments
    }

    private func withFile<Value>(
        _ name: String, _ text: String, _ body: (String) async throws -> Value
    ) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ensue-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appendingPathComponent(name).path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        do {
            let value = try await body(path)
            try FileManager.default.removeItem(at: folder)
            return value
        } catch {
            try FileManager.default.removeItem(at: folder)
            throw error
        }
    }

    private func refusal(_ body: () async throws -> Void) async throws -> String {
        do { try await body() } catch { return "\(error)" }
        throw CommandFailure("it was not refused")
    }

    @Test func `an argument comes before the environment, and the environment before the file`() async throws {
        try await withFile("ensue.yaml", "port: 1\nlease: 2\nretention: 3\n") { path in
            let environment = ["ENSUE_PORT": "4", "ENSUE_LEASE": "5", "ENSUE_CONFIG": path]
            let completed = try await complete("serve --port 6", environment)
            #expect(completed == ["serve", "--lease=5", "--retention=3", "--port", "6"])
        }
    }

    @Test func `every option of every command can be given in the environment`() async throws {
        var looked = 0
        for (path, command) in root.leaves(below: []) {
            for option in command.configurable {
                let name = try #require(option.name)
                let configured = try #require(command.configuredName(of: option))
                let variable = "ENSUE_" + configured.uppercased().replacing("-", with: "_")
                let completed = try await complete(path.joined(separator: " "), [variable: "true"])
                #expect(completed == path + (option.kind == .flag ? ["--\(name)"] : ["--\(name)=true"]))
                looked += 1
            }
        }
        #expect(looked > 100)
    }

    @Test func `a section comes before the file's top level`() async throws {
        let text = "limit: 1\neffects: {limit: 2, list: {limit: 3}}\nevents: {json: true}\n"
        try await withFile("ensue.yml", text) { path in
            let effects = try await complete("effects list --config \(path)")
            #expect(effects.contains("--limit=3") && !effects.contains("--json"))
            let events = try await complete("events list --config=\(path)")
            #expect(events.contains("--limit=1") && events.contains("--json"))
        }
    }

    @Test func `JSON says the same as YAML`() async throws {
        let json = #"{"serve": {"port": 8081, "hasura-endpoint": ["a", "b:mapping=event,account=x"]}, "lease": "20"}"#
        try await withFile("ensue.json", json) { path in
            let completed = try await complete("serve --config \(path)")
            #expect(
                completed == [
                    "serve", "--lease=20", "--port=8081", "--hasura-endpoint=a",
                    "--hasura-endpoint=b:mapping=event,account=x", "--config", path,
                ])
        }
    }

    @Test func `several values in the environment are parted by semicolons`() async throws {
        let completed = try await complete("serve", ["ENSUE_HASURA_ENDPOINT": "a:mapping=event,account=x; b"])
        #expect(completed == ["serve", "--hasura-endpoint=a:mapping=event,account=x", "--hasura-endpoint=b"])
    }

    @Test func `a store that is named more strongly than a server keeps the server out, and the other way round`()
        async throws
    {
        let server = ["ENSUE_SERVER": "http://127.0.0.1:1"]
        #expect(try await complete("kinds --store a.db", server) == ["kinds", "--store", "a.db"])
        let store = ["ENSUE_STORE": "a.db"]
        #expect(try await complete("kinds --server http://b", store) == ["kinds", "--server", "http://b"])
    }

    @Test func `an event's key is never configured, and an API key is never an event's key`() async throws {
        let environment = ["ENSUE_KEY": "ensue_sk_1_abc"]
        #expect(
            try await complete("record a.B --key 17", environment) == [
                "record", "--api-key=ensue_sk_1_abc", "a.B", "--key", "17",
            ])
        #expect(
            try await complete("record a.B --key ensue_sk_1_abc --key=17") == [
                "record", "a.B", "--api-key", "ensue_sk_1_abc", "--key=17",
            ])
        #expect(try await complete("effects show 1 --key=abc") == ["effects", "show", "1", "--api-key=abc"])
        #expect(try await complete("kinds -- --key abc") == ["kinds", "--", "--key", "abc"])
        #expect(try await complete("record a.B --key=acme=ensue_sk_1_a").last == "--api-key=acme=ensue_sk_1_a")
    }

    @Test func `the keys that a server lets in are not the key that a client shows`() async throws {
        let environment = ["ENSUE_KEY": "ensue_sk_1_client", "ENSUE_API_KEY": "ensue_sk_1_server"]
        #expect(try await complete("kinds", environment) == ["kinds", "--api-key=ensue_sk_1_client"])
        #expect(try await complete("serve", environment) == ["serve", "--api-key=ensue_sk_1_server"])
        try await withFile("ensue.yaml", "key: ensue_sk_1_client\napi-key: [ensue_sk_1_a, ensue_sk_1_b]\n") { path in
            let client = try await complete("record a.B --config \(path)")
            #expect(client.filter { $0.contains("key") } == ["--api-key=ensue_sk_1_client"])
            let server = try await complete("serve --config \(path)")
            #expect(server.filter { $0.contains("key") } == ["--api-key=ensue_sk_1_a", "--api-key=ensue_sk_1_b"])
        }
    }

    @Test(arguments: ["record help {}", "record a.B help", "effects cancel 1 --reason help", "record a.B -- -h"])
    func `help is a question in a command's place alone`(arguments: String) async throws {
        #expect(try await complete(arguments, ["ENSUE_STORE": "x.db"]).contains("--store=x.db"))
    }

    @Test func `unknown keys and bad values name where they stand`() async throws {
        try await withFile("ensue.yaml", "serve: {prot: 1}\n") { path in
            let text = try await refusal { _ = try await complete("serve --config \(path)") }
            #expect(text == "unknown key 'serve.prot' in \(path); did you mean 'serve.port'?")
        }
        try await withFile("ensue.yaml", "json: perhaps\n") { path in
            let text = try await refusal { _ = try await complete("kinds --config \(path)") }
            #expect(text == "'json' in \(path) must be true or false")
        }
        #expect(
            try await refusal { _ = try await complete("kinds", ["ENSUE_JSON": "perhaps"]) }
                == "ENSUE_JSON must be true or false")
    }

    @Test func `a broken file keeps nobody from the help`() async throws {
        let broken = ["ENSUE_CONFIG": "/nowhere.yaml", "ENSUE_JSON": "perhaps"]
        #expect(try await complete("kinds --help", broken) == ["kinds", "--help"])
        #expect(try await complete("help kinds", broken) == ["help", "kinds"])
        #expect(try await complete("--version", broken) == ["--version"])
    }

    @Test func `a message about an option is followed by its origin`() async throws {
        let configured = try await ConfiguredArguments(["serve"], of: root, environment: ["ENSUE_PORT": "abc"])
        #expect(configured.origins(in: "the value 'abc' is invalid for '--port'") == ["--port is given by ENSUE_PORT."])
        #expect(configured.origins(in: "something else").isEmpty)
        #expect(configured.origins(in: "--port-range, or --portal, or --no-port").isEmpty)
    }

    @Test(arguments: ["ls", "x", "list", "get"])
    func `a word that is like no command is told them all`(typed: String) async throws {
        #expect(try await refusal { _ = try await complete(typed) }.contains("; there are serve, demo, "))
    }

    @Test(arguments: [("effect", "effects"), ("reqeust", "request"), ("doktor", "doctor"), ("kidns", "kinds")])
    func `a misspelt command is told its neighbour`(typed: String, meant: String) async throws {
        #expect(try await refusal { _ = try await complete(typed) }.contains("\(meant)'?"))
    }
}

extension CommandShape {
    fileprivate func leaves(below path: [String]) -> [(path: [String], command: CommandShape)] {
        let below = commands.filter { $0.commandName != "help" }
        return below.isEmpty ? [(path, self)] : below.flatMap { $0.leaves(below: path + [$0.commandName]) }
    }
}
