internal import Ensue

/// Findings as they are printed.
struct DoctorReport {
    private static let width = 80

    let findings: [Finding]
    let terminal: Terminal

    func printJSON() throws { try terminal.write(JSONText.encoding(findings).text) }

    func print(withSummary: Bool) throws {
        for line in findings.flatMap(lines) { try terminal.write(line) }
        if withSummary { try terminal.write("\n" + summary) }
    }

    /// `2 warnings, 1 failure`.
    var summary: String {
        let parts = [Finding.Severity.warning, .failure].compactMap { severity -> String? in
            let count = findings.count { $0.severity == severity }
            return count == 0 ? nil : Diagnosis.counted(count, severity.rawValue)
        }
        return parts.isEmpty ? "Nothing is wrong." : parts.joined(separator: ", ") + "."
    }

    /// A mark, the check and what it found; below, further in, what to do.
    func lines(_ finding: Finding) -> [String] {
        let text = Self.wrapped("\(finding.check): \(finding.summary)", to: Self.width - 2)
        let (mark, style) = Self.mark(finding.severity)
        let head = text.enumerated().map { ($0 == 0 ? terminal.styled(mark, style) + " " : "  ") + $1 }
        let remedy = finding.remedy.map { Self.wrapped($0, to: Self.width - 4) } ?? []
        return head + remedy.map { "    " + $0 }
    }

    private static func mark(_ severity: Finding.Severity) -> (String, Terminal.Style) {
        switch severity {
        case .ok: ("✓", .green)
        case .notice: ("·", .cyan)
        case .warning: ("!", .yellow)
        case .failure: ("✗", .red)
        }
    }

    /// Lines of at most `width` characters. A longer word, such as a path, keeps its line to itself: it is to be copied.
    static func wrapped(_ text: String, to width: Int) -> [String] {
        text.split(separator: "\n").flatMap { paragraph in
            paragraph.split(separator: " ").reduce(into: [String]()) { lines, word in
                if let last = lines.last, last.count + 1 + word.count <= width {
                    lines[lines.count - 1] = last + " " + word
                } else {
                    lines.append(String(word))
                }
            }
        }
    }
}
