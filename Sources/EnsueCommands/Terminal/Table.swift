/// Rows below headings, in columns that fit a width.
struct Table: Sendable {
    struct Column: Sendable {
        let title: String
        /// Below this it does not shrink; nil: not at all.
        let least: Int?

        init(_ title: String, shrinksTo least: Int? = nil) {
            self.title = title
            self.least = least
        }
    }

    /// Blank columns between two others.
    private static let gap = 2

    let columns: [Column]
    /// As wide as each column's widest text, or, where they would not fit, less.
    let widths: [Int]

    /// The table for `rows`; others may follow. A `limit` of nil is any width.
    init(_ columns: [Column], for rows: [[StyledText]], limit: Int?) {
        self.columns = columns
        let natural = columns.indices.map { index in
            rows.reduce(columns[index].title.displayWidth) { max($0, $1[index].text.displayWidth) }
        }
        widths = limit.map { Self.fitted(natural, columns, into: $0) } ?? natural
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
    func line(_ cells: [StyledText], on terminal: Terminal) -> String {
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
        return line
    }
}

extension Terminal {
    /// Writes rows below their headings, in columns.
    func print(table columns: [Table.Column], _ rows: [[StyledText]]) {
        let table = Table(columns, for: rows, limit: width)
        print(table.heading(on: self))
        for row in rows { print(table.line(row, on: self)) }
    }
}
