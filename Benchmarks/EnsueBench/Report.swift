import Foundation

/// One figure, as it stands in `results.json`.
struct Result: Codable, Sendable {
    var name: String
    var value: Double
    var unit: String
    /// What the figure is held against: a bare loop measured in the same run, or the number to reach.
    var limit: Double?
    /// Value divided by limit.
    var ratio: Double?
    var settings: [String: String] = [:]

    init(
        _ name: String, _ value: Double, _ unit: String, limit: Double? = nil, settings: [String: String] = [:]
    ) {
        self.name = name
        self.value = value
        self.unit = unit
        self.limit = limit
        ratio = limit.map { value / $0 }
        self.settings = settings
    }
}

enum Report {
    static func table(_ results: [Result]) -> String {
        let rows = results.map { result in
            [
                result.name, number(result.value), result.unit, result.limit.map(number) ?? "",
                result.ratio.map { String(format: "%.2f", $0) } ?? "",
                result.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "),
            ]
        }
        let all = [["figure", "value", "unit", "limit", "ratio", "settings"]] + rows
        let widths = (0..<6).map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            row.enumerated().map { index, cell in
                let padding = String(repeating: " ", count: widths[index] - cell.count)
                return (1...4).contains(index) && index != 2 ? padding + cell : cell + padding
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    static func number(_ value: Double) -> String {
        value >= 1000 ? String(Int(value.rounded())) : String(format: value >= 100 ? "%.0f" : "%.2f", value)
    }

    static func write(_ results: [Result], to folder: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(results).write(to: folder.appendingPathComponent("results.json"))
        try Data(chart(results).utf8).write(to: folder.appendingPathComponent("chart.svg"))
    }

    /// Bars of every figure against its limit; a full bar is the limit.
    static func chart(_ results: [Result]) -> String {
        let compared = results.filter { $0.ratio != nil }
        let height = 40 + compared.count * 28
        var svg = """
            <svg xmlns="http://www.w3.org/2000/svg" width="760" height="\(height)" font-family="sans-serif" font-size="13">
            <rect width="100%" height="100%" fill="white"/>
            <line x1="520" y1="20" x2="520" y2="\(height - 16)" stroke="#888" stroke-dasharray="4 3"/>
            <text x="520" y="14" text-anchor="middle" fill="#555">limit</text>
            <text x="220" y="14" fill="#3b6ea5">more is better</text>
            <text x="330" y="14" fill="#c77d2b">less is better</text>

            """
        for (index, result) in compared.enumerated() {
            let y = 26 + index * 28
            let width = min(400, max(1, 300 * (result.ratio ?? 0)))
            svg += """
                <text x="210" y="\(y + 15)" text-anchor="end">\(result.name)</text>
                <rect x="220" y="\(y)" width="\(Int(width))" height="20" fill="\(result.unit.hasSuffix("/s") ? "#3b6ea5" : "#c77d2b")"/>
                <text x="640" y="\(y + 15)">\(number(result.value)) \(result.unit)</text>

                """
        }
        return svg + "</svg>\n"
    }
}

extension Array where Element == Double {
    /// The value below which this share of the values lies.
    func percentile(_ share: Double) -> Double {
        let sorted = self.sorted()
        guard !sorted.isEmpty else { return .nan }
        return sorted[Swift.min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    var median: Double { percentile(0.5) }
}
