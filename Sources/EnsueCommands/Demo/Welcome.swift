internal import Foundation

/// What the demo prints at its start: where everything is, and commands to paste.
struct Welcome: Sendable {
    let store: String
    let terminal: Terminal

    func print(port: Int, gatewayPort: Int) {
        let address = "http://127.0.0.1:\(port)"
        terminal.print(
            """

            \(terminal.styled("Ensue", .bold)) serves \(address) and keeps everything in \(store).
            A stand-in for the world outside listens on port \(gatewayPort); it fails the first two tries of every SMS.
            One event has just been recorded: watch its effects below. Then paste these into another terminal.

            """)
        for (title, command) in commands(address) {
            terminal.print("\(terminal.styled("# \(title)", .faint))\n\(command)\n")
        }
        terminal.print("\(terminal.styled("What happens", .bold)) (stop with Ctrl-C):\n")
    }

    private func commands(_ address: String) -> [(title: String, command: String)] {
        let json = "-H 'Content-Type: application/json'"
        return [
            (
                "A new row as Hasura delivers it. Paste it twice: the second is a duplicate.",
                "curl -s \(json) \(address)/hooks/hasura -d '\(delivery)'"
            ),
            (
                "An effect as a row, from any program that speaks SQL.",
                #"sqlite3 \#(file) "INSERT INTO effects(kind, payload) "#
                    + #"VALUES ('sms.send', '{\"to\":\"+46701740605\",\"text\":\"Hello\"}')""#
            ),
            (
                "An event over HTTP. Whoever listens for it gets an effect of its own.",
                "curl -s \(json) \(address)/v1/events "
                    + #"-d '{"type":"polls.PollCompleted","data":{"phone":"+46701740606","score":7}}'"#
            ),
            (
                "Another, for the listener that asked for challenge*.",
                "curl -s \(json) \(address)/v1/events "
                    + #"-d '{"type":"challenge_created","data":{"name":"Ten thousand steps"}}'"#
            ),
            (
                "An effect with all that became of it; waits up to 30 seconds for its end.",
                "curl -s '\(address)/v1/effects/2?wait=30'"
            ),
            (
                "All that happens, drawn as a tree from the first event on.",
                "\(word(CommandLine.arguments.first ?? "ensue")) trace event 1 --server \(address)"
            ),
            (
                "The ledger.",
                "sqlite3 -box \(file) 'SELECT id, kind, state, runs, completed_at, error FROM ledger "
                    + "ORDER BY id DESC LIMIT 10'"
            ),
        ]
    }

    private var delivery: String {
        let id = UUID().uuidString.lowercased()
        return #"{"id":"\#(id)","created_at":"2026-03-04T09:15:02.118204","trigger":{"name":"fx_created"},"#
            + #""table":{"schema":"public","name":"effect_handler_fxtable"},"#
            + #""event":{"op":"INSERT","session_variables":null,"data":{"old":null,"#
            + #""new":{"id":90071992547409931,"kind":"publish_rateset","payload":{"RATESET":42}}}}}"#
    }

    private var file: String { word(store) }

    /// A text as a word of the shell.
    private func word(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "-")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isPlain ? text : "'\(text.replacing("'", with: #"'\''"#))'"
    }
}
