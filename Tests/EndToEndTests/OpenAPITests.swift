import Ensue
import EnsueSQLite
import EnsueTesting
import Foundation
import Testing

/// The real executable answers as `/openapi.json` says.
@Suite(.serialized, .timeLimit(.minutes(20)))
struct OpenAPITests {
    private static let isSoak = ProcessInfo.processInfo.environment["ENSUE_SOAK"] != nil
    private static let seed =
        ProcessInfo.processInfo.environment["ENSUE_SCHEMATHESIS_SEED"]
        ?? (isSoak ? String(Int.random(in: 1...1_000_000)) : "1")

    @Test func `the document is valid OpenAPI 3.1`() async throws {
        let folder = try TemporaryFolder()
        let server = try await ServerProcess.start("serve", store: folder.store)
        let document = try await server.get("/openapi.json").body
        #expect(document.hasPrefix(#"{"openapi":"3.1."#))
        let file = folder.url.appendingPathComponent("openapi.json")
        try document.write(to: file, atomically: true, encoding: .utf8)
        let result = try await PythonTool(name: "openapi-spec-validator")
            .run(["--schema", "3.1", file.path], in: folder, within: .seconds(120))
        #expect(result.status == 0, "\(result.output)")
        try await server.stop()
    }

    /// The requests come from schemathesis: examples, edge cases of every schema, random ones that fit and that do not,
    /// and chains of operations that use each other's answers.
    @Test func `whatever is asked is answered as the document says`() async throws {
        let folder = try TemporaryFolder()
        let token = try await fill(folder.store)
        let server = try await ServerProcess.start("serve", store: folder.store)
        let document = try JSONValue(parsing: try await server.get("/openapi.json").body)
        let file = folder.url.appendingPathComponent("openapi.json")
        try closed(document).text.write(to: file, atomically: true, encoding: .utf8)
        let result = try await PythonTool(name: "schemathesis")
            .run(
                arguments(server, file), environment: environment(token), in: folder,
                within: .seconds(Self.isSoak ? 1100 : 240))
        #expect(result.status == 0, "\(result.output)")
        #expect(server.isRunning)
        try await server.stop()
        let log = try server.output()
        #expect(!log.contains("a request failed"), "\(log)")
    }

    private func arguments(_ server: ServerProcess, _ document: URL) -> [String] {
        let scripts = PythonTool.root.appendingPathComponent("Scripts")
        let extent = Self.isSoak ? ["--max-examples", "100", "--max-time", "600"] : ["--max-examples", "10"]
        return [
            "--config-file", scripts.appendingPathComponent("schemathesis.toml").path, "run", document.path,
            "--url", "http://127.0.0.1:\(server.port)", "--no-color",
        ] + extent + ["--seed", Self.seed]
    }

    private func environment(_ token: String) -> [String: String] {
        [
            "ENSUE_COMPLETION_TOKEN": token,
            "ENSUE_SCHEMATHESIS_HOOKS":
                PythonTool.root.appendingPathComponent("Scripts/schemathesis_hooks.py").path,
        ]
    }

    /// The document, with the members of answers that it does not describe forbidden: here nothing may go undescribed.
    private func closed(_ document: JSONValue) -> JSONValue {
        switch document {
        case .object(var members):
            members = members.mapValues(closed)
            if members["type"] == "object", members["properties"]?.object?.isEmpty == false,
                members["additionalProperties"] == nil
            {
                members["additionalProperties"] = false
            }
            return .object(members)
        case .array(let elements): return .array(elements.map(closed))
        default: return document
        }
    }

    /// Events, and effects in all states, so that ids from 1 name something. Returns the token of a deferred one.
    private func fill(_ path: String) async throws -> String {
        let store = try SQLiteStore(path: path)
        let seeds = SeededEffects(in: store)
        try await seeds.join()
        var token: String?
        for number in 1...5 {
            _ = try await store.record([
                EventDraft(type: "orders.Placed", data: .emptyObject, key: "seed-\(number)", tags: ["eu"])
            ])
            for state in EffectQuery.State.allCases {
                let id = try await seeds.effect(state, number)
                token = try await seeds.token(of: id) ?? token
            }
        }
        _ = try await store.request([EffectRequest(kind: "log", payload: .emptyObject, key: "seed")])
        return try #require(token)
    }
}
