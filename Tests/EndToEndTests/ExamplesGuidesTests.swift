import Foundation
import Testing

/// What the guides `Documentation/Coming-from-….md` show is what the tests beside this one compile and run.
@Suite struct ExamplesGuidesTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private struct Guide: CustomTestStringConvertible, Sendable {
        let document: String
        let source: String
        var testDescription: String { document }
    }

    private static let guides = [
        Guide(document: "Coming-from-Hasura.md", source: "ExamplesFromHasuraTests.swift"),
        Guide(document: "Coming-from-Celery.md", source: "ExamplesFromCeleryTests.swift"),
        Guide(document: "Coming-from-eventlib.md", source: "ExamplesFromEventlibTests.swift"),
        Guide(document: "Coming-from-django-spark.md", source: "ExamplesFromDjangoSparkTests.swift"),
    ]

    /// The lines of a file without their indentation, the empty ones left out.
    private func lines(_ path: String) throws -> [String] {
        try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
            .split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    private func blocks(_ lines: [String]) -> [[String]] {
        var blocks: [[String]] = []
        var isInside = false
        for line in lines {
            switch line {
            case "```swift":
                isInside = true
                blocks.append([])
            case "```": isInside = false
            default: if isInside { blocks[blocks.count - 1].append(line) }
            }
        }
        return blocks
    }

    @Test(arguments: guides) private func `the Swift of a guide is compiled and run`(_ guide: Guide) throws {
        let source = try lines("Tests/EndToEndTests/\(guide.source)")
        let blocks = blocks(try lines("Documentation/\(guide.document)"))
        #expect(!blocks.isEmpty)
        for block in blocks {
            let isThere = source.indices.contains { source[$0...].starts(with: block) }
            #expect(isThere, "\(guide.source) has no such lines:\n\(block.joined(separator: "\n"))")
        }
    }
}
