extension Terminal {
    /// Writes rows below their headings, in columns.
    func print(table headings: [String], _ rows: [[String]]) {
        let widths = headings.indices.map { column in ([headings] + rows).map { $0[column].count }.max() ?? 0 }
        for (index, row) in ([headings] + rows).enumerated() {
            let cells = zip(row, widths).map { $0.padded(to: $1) }
            let line = cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed()
            print(index == 0 ? styled(String(line), .faint) : String(line))
        }
    }
}
