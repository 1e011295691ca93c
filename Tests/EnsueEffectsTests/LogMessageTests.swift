import Ensue
import EnsueEffects
import InMemoryLogging
import Logging
import Testing

struct LogMessageTests {
    let bench: EffectBench

    init() throws {
        bench = try EffectBench()
    }

    @Test(arguments: [Logger.Level.info, .notice, .warning, .error, .critical])
    func `a message is logged at its level`(level: Logger.Level) async throws {
        let settled = try await bench.run("log", ["message": "hello", "level": .string(level.rawValue)])
        #expect(settled.transition.destination == .ended(.completed))
        let line = try #require(bench.log.entries.last)
        #expect(line.level == level)
        #expect(line.message == "hello")
    }

    @Test func `a line names effect, kind and run, and has the payload's metadata`() async throws {
        let number: JSONValue = .number(try #require(JSONNumber(text: "9007199254740993.10")))
        let metadata: JSONValue = ["a": "x", "n": number, "list": [true, nil], "deep": ["b": "c"]]
        _ = try await bench.run("log", ["message": "hello", "metadata": metadata])
        #expect(
            bench.log.entries.last?.metadata == [
                "effect": "7", "kind": "log", "run": "1", "a": "x", "n": "9007199254740993.10",
                "list": ["true", "null"], "deep": ["b": "c"],
            ])
    }

    @Test(
        arguments: [
            ([:], "missing key: message"), (["message": 1], "'message' must be a string"),
            (["message": "", "levle": "info"], "unknown field 'levle'; did you mean 'level'?"),
            (["message": "", "metadata": []], "'metadata' must be an object"),
            (
                ["message": "", "level": "loud"],
                "'loud' is no log level; the levels are trace, debug, info, notice, warning, error, critical"
            ),
            (
                ["message": "", "metadata": ["run": 1]],
                "the engine itself writes metadata 'run'; choose another name"
            ),
        ] as [(JSONValue, String)])
    func `another payload is refused`(payload: JSONValue, reason: String) async throws {
        let error = try await #require(throws: Invalid.self) { try await bench.accept("log", payload) }
        #expect(error.description == reason)
        #expect(try await bench.run("log", payload).rejection == "the payload is not a valid log: \(reason)")
        #expect(bench.log.entries.isEmpty)
    }

    @Test func `a declared message is read back from its encoding`() throws {
        let text = try JSONText.encoding(LogMessage("hello", level: .error, metadata: ["a": 1]))
        #expect(text.text == #"{"level":"error","message":"hello","metadata":{"a":1}}"#)
        #expect(try JSONText.encoding(text.decode(LogMessage.self)) == text)
    }
}
