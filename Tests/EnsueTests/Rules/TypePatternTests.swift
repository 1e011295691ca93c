import Foundation
import Testing

@testable import Ensue

@Suite struct TypePatternTests {
    @Test(arguments: [
        (TypePattern.exact("a.B"), ["a.B"], ["a.b", "a.Bc", "xa.B"]),
        (.glob("challenge*"), ["challenge", "challenge_created"], ["Challenge", "a_challenge"]),
        (
            .regex("challenge_(created|ends_[0-9]+d)"), ["challenge_created", "challenge_ends_12d"],
            ["challenge_ends_d", "challenge_createdx", "xchallenge_created"]
        ),
        (.regex("a"), ["a"], ["ab", "ba", "A"]),
    ])
    func `a pattern matches whole types, and case counts`(
        _ pattern: TypePattern, _ matching: [EventType], _ others: [EventType]
    ) {
        for type in matching { #expect(pattern.matches(type), "\(type)") }
        for type in others { #expect(!pattern.matches(type), "\(type)") }
    }

    @Test func `the engine's own types match only patterns that begin with their prefix`() {
        let ending: EventType = "ensue.effect.completed"
        let open: [TypePattern] = [
            .glob("*"), .glob("ensue*"), .glob("*.completed"), .regex(".*"), .regex("(ensue.*)"),
        ]
        for pattern in open { #expect(!pattern.matches(ending), "\(pattern)") }
        let meant: [TypePattern] = [
            .exact(ending), .glob("ensue.*"), .glob("ensue.effect.*"), .regex("ensue\\.effect\\..*"),
            .regex("ensue.effect.(completed|failed)"),
        ]
        for pattern in meant { #expect(pattern.matches(ending), "\(pattern)") }
        #expect(TypePattern.glob("ensue.*").matches("ensue.effect.failed"))
        #expect(!TypePattern.glob("ensue.*").matches("ensued"))
    }

    @Test func `a pattern that can match nothing or is no regular expression is refused`() throws {
        try TypePattern.glob("*").validate()
        try TypePattern.regex("a|b").validate()
        #expect(throws: Invalid.self) { try TypePattern.glob("").validate() }
        let error = #expect(throws: Invalid.self) { try TypePattern.regex("(a").validate() }
        #expect(error?.description.contains("'(a' is not a regular expression") == true)
        #expect(!TypePattern.regex("(a").matches("a"))
    }

    @Test(arguments: [
        (TypePattern.exact("a.B"), #"{"type":["a.B"]}"#), (.glob("a*"), #"{"type":[{"glob":"a*"}]}"#),
        (.regex("a.+"), #"{"type":[{"regex":"a.+"}]}"#),
    ])
    func `a pattern is JSON, one way`(_ pattern: TypePattern, _ json: String) throws {
        #expect(try JSONText.encoding(pattern).text == json)
        #expect(try JSONText(parsing: json).decode(TypePattern.self) == pattern)
    }

    @Test(arguments: ["{}", #"{"type":[]}"#, #"{"type":[{}]}"#, #"{"type":["two words"]}"#, #"{"type":[1]}"#, "[]"])
    func `what is no pattern is not read as one`(_ json: String) throws {
        let text = try JSONText(parsing: json)
        #expect(throws: (any Error).self) { try text.decode(TypePattern.self) }
    }
}
