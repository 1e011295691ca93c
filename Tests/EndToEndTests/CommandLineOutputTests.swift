import Foundation
import Testing

/// What people see, and what programs read.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CommandLineOutputTests {
    private func stocked() async throws -> CommandLineProgram {
        var ensue = try CommandLineProgram()
        ensue.environment = ["ENSUE_STORE": ensue.folder.store]
        let text = String(repeating: "a long way to go, ", count: 10)
        for name in ["log", "log"] { _ = try await ensue("request", name, #"{"message":"\#(text)"}"#) }
        _ = try await ensue("record", "polls.PollCompleted", #"{"text":"\#(text)"}"#)
        _ = try await ensue("effects", "cancel", "1", "--reason", "\u{1B}[2J \(text)")
        return ensue
    }

    private func plain(_ text: String) -> String { text.replacing(/\u{1B}\[[0-9]+m/, with: "") }

    @Test func `tables fit the terminal and are coloured there alone`() async throws {
        let ensue = try await stocked()
        for command in [["effects", "list"], ["events", "list"], ["kinds"]] {
            let here = try await ensue.atTerminal(width: 60, command[0], command.dropFirst().first ?? "--utc")
            #expect(here.status == 0, "\(here)")
            #expect(here.output.contains("\u{1B}[2m"), "\(here)")
            for line in plain(here.output).split(whereSeparator: \.isNewline) { #expect(line.count <= 60, "\(line)") }
        }
        let there = try await ensue("effects", "list")
        #expect(!there.output.contains("\u{1B}"), "what others wrote does not command the terminal either")
        #expect(!there.output.contains("…") && there.lines.contains { $0.count > 150 }, "nothing is cut in a pipe")
        let uncoloured = try await ensue.atTerminal(width: 60, "effects", "list", environment: ["NO_COLOR": "1"])
        #expect(!uncoloured.output.contains("\u{1B}[") && uncoloured.output.contains("…"))
    }

    @Test func `a full disk is a failure, and a reader who has had enough is none`() async throws {
        let ensue = try await stocked()
        for command in ["effects list", "effects list --json", "events show 1", "kinds", "version"] {
            let full = try await ensue.inShell("$ENSUE \(command) >/dev/full")
            #expect(full.status == 1, "\(full)")
            #expect(full.errors == "Error: cannot write the output: No space left on device\n", "\(full)")
            let closed = try await ensue.inShell("$ENSUE \(command) | true")
            #expect(closed.status == 0 && closed.errors == "", "\(closed)")
        }
    }

    @Test func `a trace is a tree`() async throws {
        let ensue = try await stocked()
        _ = try await ensue("effects", "replay", "1")
        let effect = try await ensue("trace", "effect", "1", "--utc")
        #expect(effect.lines.first?.hasPrefix("effect 1 log  cancelled  20") == true, "\(effect)")
        let event = try await ensue("trace", "event", "1")
        #expect(event.lines.first?.hasPrefix("event 1 polls.PollCompleted  ") == true, "\(event)")
        #expect(try await ensue("trace", "event", "1", "--json").objects.first?["complete"] as? Bool == true)
        #expect(try await ensue("trace", "event", "99").status == 1)
    }

    @Test func `tail shows what comes and how it ends, until it is interrupted`() async throws {
        let ensue = try await stocked()
        let tail = try ensue.start("tail", "--last", "1")
        try await eventually("the last ones are shown", within: .seconds(20)) {
            try tail.output().split(separator: "\n").count == 2
        }
        _ = try await ensue("record", "later.Thing", "{}")
        _ = try await ensue("effects", "cancel", "2")
        try await eventually("the new event and the end are shown", within: .seconds(20)) {
            let output = try tail.output()
            return output.contains("later.Thing") && output.contains("cancelled")
        }
        kill(tail.program.identifier, SIGINT)
        try await eventually("it ends", within: .seconds(10)) { !tail.program.isRunning }
        #expect(tail.program.exitStatus == 0)
        let shown = try tail.output()
        #expect(shown.split(separator: "\n").count == 4, "\(shown)")
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `a completion script names every command`(shell: String) async throws {
        let script = try await CommandLineProgram()("completions", shell)
        #expect(script.status == 0)
        for word in ["serve", "rejections", "hasura-endpoint", "uncertain"] { #expect(script.output.contains(word)) }
    }

    @Test func `bash accepts the completion script`() async throws {
        let ensue = try CommandLineProgram()
        try ensue.write(try await ensue("completions", "bash").output, to: "ensue.bash")
        let bash = Process()
        bash.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        bash.arguments = ["bash", "-n", ensue.path("ensue.bash")]
        try bash.run()
        bash.waitUntilExit()
        #expect(bash.terminationStatus == 0)
    }

    @Test func `every command explains itself, its exit codes and its configuration`() async throws {
        let ensue = try CommandLineProgram()
        let root = try await ensue("--help")
        #expect(root.output.contains("1 when something failed") && root.output.contains("64"))
        let commands = [
            "serve", "demo", "doctor", "migrate", "adopt", "watch add", "record", "request", "effects list",
            "effects show", "effects retry", "effects replay", "effects cancel", "effects approve", "effects refuse",
            "effects complete", "events list", "events show", "trace", "tail", "rejections list", "rejections show",
            "rejections replay", "kinds",
        ]
        for command in commands {
            let words = command.split(separator: " ").map(String.init)
            let help =
                words.count == 1 ? try await ensue(words[0], "--help") : try await ensue(words[0], words[1], "-h")
            #expect(help.status == 0 && help.output.contains("USAGE: ensue \(command)"), "\(help)")
            #expect(help.output.contains("--config") && help.output.contains("--store"), "\(command)")
            let text = help.output.split(separator: "\n").filter { !$0.hasPrefix("USAGE") }
            #expect(text.allSatisfy { $0.count <= 80 }, "\(help.output)")
        }
        #expect(try await ensue("version").output == ensue("--version").output)
    }
}
