import Ensue
import Testing

@testable import EnsueCommands

struct TreeTests {
    private func node(_ lines: String..., branches: [Tree] = []) -> Tree {
        Tree(lines: lines.map { [StyledText($0)] }, branches: branches)
    }

    private func drawn(_ tree: Tree, width: Int? = nil) -> [String] {
        let terminal = Terminal(width: width, isColoured: false)
        return tree.drawn.map { terminal.line($0) }
    }

    @Test func `branches hang on their trunk, and second lines below their first`() {
        let tree = node(
            "event 1",
            branches: [
                node("effect 1", "went wrong", branches: [node("event 2"), node("event 3", "more")]), node("effect 2"),
            ])
        #expect(
            drawn(tree) == [
                "event 1", "├─ effect 1", "│  │  went wrong", "│  ├─ event 2", "│  └─ event 3", "│        more",
                "└─ effect 2",
            ])
    }

    @Test func `lines are cut at the terminal's edge`() {
        let tree = node("event", branches: [node("an effect of a long name")])
        #expect(drawn(tree, width: 12) == ["event", "└─ an effec…"])
    }

    @Test func `a trace shows states, runs, errors and times`() throws {
        let trace = try JSONValue(
            parsing: """
                {"event":{"id":"3","type":"polls.PollCompleted","recordedAt":"2026-03-04T09:15:00.000Z"},
                "consequences":[{"effect":{"id":"7","kind":"sms.send","state":"failed","runs":3,
                "error":"no route","createdAt":"2026-03-04T09:15:00.000Z","completedAt":"2026-03-04T09:16:00.000Z"},
                "consequences":[]}]}
                """)
        let now = try #require(Timestamp(iso8601: "2026-03-04T10:15:00Z"))
        let tree = Tree(trace: trace, TimeDisplay(isExact: false, now: now))
        #expect(
            drawn(tree) == [
                "event 3 polls.PollCompleted  60 min ago", "└─ effect 7 sms.send  failed in run 3  59 min ago",
                "      no route",
            ])
    }
}
