import Ensue
import EnsueTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct GlobTests {
    @Test(arguments: [
        ("*", "anything", true), ("*", "", true), ("", "", true), ("", "a", false), ("app.*", "app.Sent", true),
        ("app.*", "app.", true), ("app.*", "xapp.Sent", false), ("a?c", "abc", true), ("a?c", "ac", false),
        ("?", "", false), ("*a", "ba", true), ("*a", "ab", false), ("a*b*c", "aXbYbZc", true), ("A*", "abc", false),
        ("**", "x", true), ("*?*", "", false), ("[a]", "a", false), ("[a]", "[a]", true), ("?", "é", true),
        ("*??", "é", false), ("h?llo", "hällo", true),
    ])
    func `a glob matches whole texts`(_ pattern: String, _ text: String, _ expected: Bool) {
        #expect(Glob(pattern).matches(text) == expected)
    }

    @Test(arguments: PropertySeed.seeds(rounds: 5))
    func `a glob matches exactly what the definition says`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<4000 {
            let pattern = random("ab*?é", length: 7, &generator)
            let text = random("abé", length: 9, &generator)
            let expected = Self.matches(Array(pattern.unicodeScalars)[...], Array(text.unicodeScalars)[...])
            #expect(Glob(pattern).matches(text) == expected, "\(pattern) on \(text)")
        }
    }

    @Test func `no pattern takes exponential time`() {
        let text = String(repeating: "a", count: 5000)
        #expect(!Glob(String(repeating: "a*", count: 40) + "b").matches(text))
        #expect(!Glob(String(repeating: "*a?", count: 40) + "b").matches(text))
        #expect(Glob(String(repeating: "*", count: 5000)).matches(text))
    }

    private func random(_ alphabet: String, length: Int, _ generator: inout SeededGenerator) -> String {
        let letters = Array(alphabet)
        return String(
            (0..<Int.random(in: 0...length, using: &generator)).map { _ in
                letters[Int.random(in: 0..<letters.count, using: &generator)]
            })
    }

    /// The definition: slow, and plain to see.
    private static func matches(
        _ pattern: ArraySlice<Unicode.Scalar>, _ text: ArraySlice<Unicode.Scalar>
    ) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        let rest = pattern.dropFirst()
        if first == "*" { return matches(rest, text) || (!text.isEmpty && matches(pattern, text.dropFirst())) }
        return !text.isEmpty && (first == "?" || first == text.first) && matches(rest, text.dropFirst())
    }
}
