/// Rows below headings, in columns that fit a width.
struct Table: Sendable {
    struct Column: Sendable {
        let title: String
        /// Below this it does not shrink; nil: not at all.
        let least: Int?
        /// Its turn to be left out where shrinking is not enough, from 1; nil: never.
        let turn: Int?

        init(_ title: String, shrinksTo least: Int? = nil, goes turn: Int? = nil) {
            self.title = title
            self.least = least
            self.turn = turn
        }
    }

    /// Blank columns between two others.
    private static let gap = 2

    let columns: [Column]
    /// The columns that are shown.
    private let shown: [Int]
    /// As wide as each shown column's widest text, or, where they would not fit, less.
    private let widths: [Int]

    /// The table for `rows`; others may follow. A `limit` of nil is any width.
    init(_ columns: [Column], for rows: [[StyledText]], limit: Int?) {
        self.columns = columns
        let natural = columns.indices.map { index in
            rows.reduce(columns[index].title.displayWidth) { max($0, $1[index].text.displayWidth) }
        }
        shown = limit.map { Self.shown(natural, columns, into: $0) } ?? Array(columns.indices)
        let kept = (widths: shown.map { natural[$0] }, columns: shown.map { columns[$0] })
        widths = limit.map { Self.fitted(kept.widths, kept.columns, into: $0) } ?? natural
    }

    /// The columns that fit when all that can shrink do.
    private static func shown(_ natural: [Int], _ columns: [Column], into limit: Int) -> [Int] {
        let least = columns.indices.map { min(columns[$0].least ?? natural[$0], natural[$0]) }
        var shown = Array(columns.indices)
        var goers = shown.filter { columns[$0].turn != nil }
            .sorted { (columns[$0].turn ?? 0, $0) < (columns[$1].turn ?? 0, $1) }[...]
        while shown.reduce(0, { $0 + least[$1] }) + gap * (shown.count - 1) > limit, let next = goers.popFirst() {
            shown.removeAll { $0 == next }
        }
        return shown
    }

    /// Takes away from the widest column that can shrink, until all fit or none can.
    static func fitted(_ natural: [Int], _ columns: [Column], into limit: Int) -> [Int] {
        var widths = natural.map { min($0, max(limit, 1)) }
        var excess = widths.reduce(0, +) + gap * max(columns.count - 1, 0) - limit
        while excess > 0 {
            let shrinkable = widths.indices.filter { index in columns[index].least.map { widths[index] > $0 } ?? false }
            guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    func heading(on terminal: Terminal) -> String {
        line(columns.map { StyledText($0.title, .faint) }, on: terminal)
    }

    /// One row, cut at the terminal's edge. Without an edge nothing is left out.
    func line(_ row: [StyledText], on terminal: Terminal) -> String {
        let cells = shown.map { row[$0] }
        let isCut = terminal.width != nil
        var left = terminal.width ?? .max
        var line = ""
        for (index, cell) in cells.enumerated() {
            let width = min(widths[index], left)
            let text = isCut ? cell.text.elided(to: width) : cell.text
            let rest = cells.dropFirst(index + 1).contains { !$0.text.isEmpty }
            let blanks = rest ? max(width - text.displayWidth, 0) + Self.gap : 0
            line +=
                terminal.styled(text, cell.style) + String(repeating: " ", count: min(blanks, left - text.displayWidth))
            left -= min(left, width + Self.gap)
        }
        return String(line.reversed().drop { $0 == " " }.reversed())
    }

    /// Writes the heading, unless it is there already, and rows below it.
    func write(_ rows: [[StyledText]], on terminal: Terminal, withHeading: Bool = true) throws {
        if withHeading { try terminal.write(heading(on: terminal)) }
        for row in rows { try terminal.write(line(row, on: terminal)) }
    }
}

extension Terminal {
    /// Writes rows below their headings, in columns.
    func write(table columns: [Table.Column], _ rows: [[StyledText]]) throws {
        try Table(columns, for: rows, limit: width).write(rows, on: self)
    }
}
