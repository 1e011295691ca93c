import Foundation
import Testing

/// Where options come from, and what happens when something is wrong with them.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CommandLineConfigurationTests {
    @Test
    func `an argument comes before the environment, the environment before the file, the file before the default`()
        async throws
    {
        let ensue = try CommandLineProgram()
        for name in ["argument.db", "environment.db", "file.db", "ensue.db"] {
            _ = try await ensue("record", "store.Named", #"{"name":"\#(name)"}"#, "--store", name)
        }
        try ensue.write("store: file.db\n", to: "ensue.yaml")
        try ensue.write(#"{"events": {"show": {"store": "file.db"}}}"#, to: "ensue.json")
        let show = ["events", "show", "1", "--json"]
        let variable = ["ENSUE_STORE": "environment.db"]
        func name(_ more: [String], _ environment: [String: String] = [:]) async throws -> String {
            let all = show + more + ["--json"]
            let run = try await ensue(
                all[0], all[1], all[2], all[3], all.count > 5 ? all[4] : "--utc", all.count > 6 ? all[5] : "--utc",
                environment: environment)
            return try (run.objects.first?["data"] as? [String: any Sendable])?["name"] as? String ?? run.errors
        }
        #expect(try await name([]) == "ensue.db", "a file is read only if it is named")
        #expect(try await name(["--config", "ensue.yaml"]) == "file.db")
        #expect(try await name(["--config=ensue.json"]) == "file.db")
        #expect(try await name([], ["ENSUE_CONFIG": "ensue.yaml"]) == "file.db")
        #expect(try await name(["--config", "ensue.yaml"], variable) == "environment.db")
        #expect(try await name(["--store", "argument.db"], variable) == "argument.db")
    }

    @Test func `a server takes its options from a file`() async throws {
        let ensue = try CommandLineProgram()
        try ensue.write("serve:\n  unknown-kinds: accept\n  log-level: error\n", to: "ensue.yaml")
        let server = try await ServerProcess.start(
            "serve", store: ensue.folder.store, environment: ["ENSUE_CONFIG": ensue.path("ensue.yaml")])
        let answer = try await server.post("/v1/effects", #"{"kind":"nobody.does","payload":{}}"#)
        #expect(answer.status == 202, "\(answer)")
        #expect(try await server.stop() == 0)
        #expect(try server.output() == "")
    }

    @Test func `what is wrong is told with its place, and its exit code`() async throws {
        let ensue = try CommandLineProgram()
        let port = try await ensue("serve", environment: ["ENSUE_PORT": "many"])
        #expect(port.status == 64)
        #expect(port.errors.contains("--port is given by ENSUE_PORT."), "\(port)")
        let range = try await ensue("serve", environment: ["ENSUE_PORT": "70000"])
        #expect(range.status == 64 && range.errors.contains("--port is given by ENSUE_PORT."), "\(range)")
        try ensue.write("serve:\n  prot: 1\n", to: "ensue.yaml")
        let key = try await ensue("serve", "--config", "ensue.yaml")
        #expect(key.status == 64 && key.errors.contains("did you mean 'serve.port'?"), "\(key)")
        let command = try await ensue("efects", "list")
        #expect(command.status == 64 && command.errors.contains("did you mean 'ensue effects'?"), "\(command)")
        let option = try await ensue("effects", "list", "--stat", "failed")
        #expect(option.status == 64 && option.errors.contains("--state"), "\(option)")
        let json = try await ensue("record", "a.B", "hello")
        #expect(json.status == 64 && json.errors.contains("DATA is not JSON"), "\(json)")
        let both = try await ensue("kinds", "--store", "a.db", "--server", "http://127.0.0.1:1")
        #expect(both.status == 64)
        let store = try await ensue("kinds", "--store", "mysql://a")
        #expect(store.status == 64 && store.errors.contains("USAGE") == false, "\(store)")
        let priority = try await ensue("request", "log", "{}", "--priority", "hihg")
        #expect(priority.status == 64 && priority.errors.contains("did you mean 'high'?"), "\(priority)")
        let api = try await ensue("serve", environment: ["ENSUE_API_KEY": "short"])
        #expect(api.status == 64 && api.errors.contains("--api-key is given by ENSUE_API_KEY."), "\(api)")
        #expect(api.errors.contains("ensue serve"), "the usage is that of the command: \(api)")
    }

    @Test func `a file that cannot be read is exit code 1, and says why`() async throws {
        let ensue = try CommandLineProgram()
        for (arguments, reason) in [
            (["record", "a.B", "@none.json"], "there is no such file"), (["record", "a.B", "@."], "it is a directory"),
            (["record", "--batch", "none.ndjson"], "there is no such file"),
            (["kinds", "--config", "none.yaml"], "there is no such file"),
        ] {
            let run = try await ensue(arguments[0], arguments[1], arguments[2])
            #expect(run.status == 1 && run.errors.contains(reason) && !run.errors.contains("Usage"), "\(run)")
        }
        let empty = try await ensue("record", "--batch", "-")
        #expect(empty.status == 1 && empty.errors == "Error: the batch is empty\n", "\(empty)")
        #expect(!FileManager.default.fileExists(atPath: ensue.path("ensue.db")), "nothing was opened")
    }

    @Test func `the word help is data like any other`() async throws {
        let ensue = try CommandLineProgram()
        let store = ["ENSUE_STORE": "there.db"]
        #expect(try await ensue("record", "help", "{}", environment: store).status == 0)
        #expect(FileManager.default.fileExists(atPath: ensue.path("there.db")))
        #expect(!FileManager.default.fileExists(atPath: ensue.path("ensue.db")))
    }

    @Test func `a store or server that is not there is exit code 2`() async throws {
        let ensue = try CommandLineProgram()
        let store = try await ensue("effects", "list", "--store", "none.db")
        #expect(store.status == 2)
        #expect(store.errors.contains("there is no store at 'none.db'"), "\(store)")
        #expect(!FileManager.default.fileExists(atPath: ensue.path("none.db")))
        let port = try ServerProcess.freePort()
        let server = try await ensue("effects", "list", "--server", "http://127.0.0.1:\(port)")
        #expect(server.status == 2)
        #expect(server.errors.contains("is `ensue serve` running there?"), "\(server)")
    }

    @Test func `a server with keys lets in who shows one`() async throws {
        let ensue = try CommandLineProgram()
        let key = try await ensue("key").lines.first ?? ""
        #expect(key.hasPrefix("ensue_sk_"))
        let server = try await ServerProcess.start(
            "serve", store: ensue.folder.store, arguments: ["--api-key", key, "--api-key", "acme=\(key)x"])
        let address = "http://127.0.0.1:\(server.port)"
        let without = try await ensue("effects", "list", "--server", address)
        #expect(without.status == 1)
        #expect(without.errors.contains("--key KEY, or better $ENSUE_KEY"), "\(without)")
        let wrong = try await ensue("effects", "list", "--server", address, "--key", key + "y")
        #expect(wrong.status == 1 && wrong.errors.contains("does not know this API key"), "\(wrong)")
        #expect(try await ensue("effects", "list", "--server", address, "--key", key).status == 0)
        #expect(try await ensue("effects", "list", "--server", address, environment: ["ENSUE_KEY": key]).status == 0)
        let other = try await ensue(
            "record", "a.B", "--server", address, "--account", "else", environment: ["ENSUE_KEY": key + "x"])
        #expect(other.status == 1 && other.errors.contains("acme"), "\(other)")
        let bound = try await ensue("kinds", "--server", address, "--key", "acme=\(key)x")
        #expect(bound.status == 64 && bound.errors.contains("the account before it is for the server"), "\(bound)")
        let accepted = try await ensue("kinds", "--server", address, environment: ["ENSUE_API_KEY": key])
        #expect(accepted.status == 1, "what a server lets in is not shown to others: \(accepted)")
        #expect(try await server.stop() == 0)
    }
}
