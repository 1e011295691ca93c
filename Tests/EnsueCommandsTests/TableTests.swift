import Testing

@testable import EnsueCommands

struct TableTests {
    private let columns: [Table.Column] = [.init("id"), .init("kind", shrinksTo: 6), .init("payload", shrinksTo: 8)]
    private let rows: [[StyledText]] = [
        ["17", "sms.send", #"{"text":"Hello from a long way off","to":"+46701740605"}"#],
        ["4", "電報.送信", #"{"text":"短い"}"#],
    ]

    private func lines(_ width: Int?, isColoured: Bool = false) -> [String] {
        let terminal = Terminal(width: width, isColoured: isColoured)
        let table = Table(columns, for: rows, limit: width)
        return [table.heading(on: terminal)] + rows.map { table.line($0, on: terminal) }
    }

    @Test func `columns begin below their headings`() {
        #expect(
            lines(nil) == [
                "id  kind       payload", #"17  sms.send   {"text":"Hello from a long way off","to":"+46701740605"}"#,
                #"4   電報.送信  {"text":"短い"}"#,
            ])
    }

    @Test(arguments: [60, 40, 24, 20])
    func `no line is wider than the terminal, and what is cut says so`(width: Int) {
        let lines = lines(width)
        #expect(lines.allSatisfy { $0.displayWidth <= width }, "\(lines)")
        #expect(lines[1].hasPrefix("17  ") && lines[1].hasSuffix("…"))
    }

    @Test(arguments: 0...12)
    func `a terminal narrower than the table gets what fits`(width: Int) {
        #expect(lines(width).allSatisfy { $0.displayWidth <= width })
    }

    @Test func `the widest column gives way first, and none below its least`() {
        #expect(Table.fitted([2, 8, 50], columns, into: 40) == [2, 8, 26])
        #expect(Table.fitted([2, 20, 20], columns, into: 30) == [2, 12, 12])
        #expect(Table.fitted([2, 20, 20], columns, into: 10) == [2, 6, 8])
    }

    @Test func `where shrinking is not enough, the least important columns go`() {
        let columns = ListEffects.columns
        let row: [StyledText] = ["17", "completed", "sms.send", "1", "11 s ago", #"{"text":"Hello, Anna"}"#]
        func lines(_ width: Int) -> [String] {
            let terminal = Terminal(width: width, isColoured: false)
            let table = Table(columns, for: [row], limit: width)
            return [table.heading(on: terminal), table.line(row, on: terminal)]
        }
        #expect(lines(60)[0] == "id  state      kind      runs  requested  payload, or error")
        #expect(lines(50)[0].hasPrefix("id  state      kind      requested  payload"))
        #expect(
            lines(40) == ["id  state      kind      payload, or er…", #"17  completed  sms.send  {"text":"Hello…"#])
    }

    @Test func `no line ends with blanks`() {
        let table = Table(columns, for: rows, limit: nil)
        let terminal = Terminal(width: nil, isColoured: false)
        #expect(table.line(["17", "sms.send", ""], on: terminal) == "17  sms.send")
        #expect((0...40).allSatisfy { lines($0).allSatisfy { !$0.hasSuffix(" ") } })
    }

    @Test func `colours change no width`() {
        let coloured = Table(columns, for: rows, limit: 60).line(
            ["17", StyledText("failed", .red), "{}"], on: Terminal(width: 60, isColoured: true))
        #expect(coloured == "17  \u{1B}[31mfailed\u{1B}[0m     {}")
    }

    @Test func `what others wrote cannot command the terminal`() {
        #expect(StyledText("a\u{1B}[2Jb\r\nc\u{202E}d").text == "a\u{FFFD}[2Jb\u{FFFD}⏎c\u{FFFD}d")
    }
}

struct DisplayWidthTests {
    @Test(arguments: [("abc", 3), ("åäö", 3), ("e\u{301}", 1), ("短い", 4), ("한국", 4), ("👍🏽", 2), ("👨‍👩‍👧", 2), ("", 0)])
    func `a text takes the columns that a terminal gives it`(text: String, width: Int) {
        #expect(text.displayWidth == width)
    }

    @Test(arguments: [
        ("Hello", 5, "Hello"), ("Hello", 4, "Hel…"), ("Hello", 1, "…"), ("Hello", 0, ""), ("短い文", 4, "短…"),
    ])
    func `a text that is too long ends with an ellipsis`(text: String, width: Int, elided: String) {
        #expect(text.elided(to: width) == elided)
    }
}
