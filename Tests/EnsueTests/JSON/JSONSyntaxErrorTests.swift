import Ensue
import Testing

@Suite(.timeLimit(.minutes(1)))
struct JSONSyntaxErrorTests {
    @Test(arguments: [
        (#"{"a":1,"b":2 x}"#, "line 1, column 14: expected ',' or '}' after a member, found 'x'"),
        ("", "line 1, column 1: expected a value, found the end of the text"),
        ("\n\n  ", "line 3, column 3: expected a value, found the end of the text"),
        ("[1,\r\n 2,\r\n]", "line 3, column 1: expected a value, found ']'"),
        ("[1 2]", "line 1, column 4: expected ',' or ']' after an element, found '2'"),
        ("[\"é😀\" é]", "line 1, column 7: expected ',' or ']' after an element, found 'é'"),
        ("{a:1}", "line 1, column 2: expected a member name in double quotes, found 'a'"),
        ("{\"a\"\n1}", "line 2, column 1: expected ':' after a member name, found '1'"),
        ("{\"a\" }", "line 1, column 6: expected ':' after a member name, found '}'"),
        ("{} {}", "line 1, column 4: expected the end of the text after the value, found '{'"),
        ("nulL", "line 1, column 4: expected 'l' as in 'null', found 'L'"),
        ("tr", "line 1, column 3: expected 'u' as in 'true', found the end of the text"),
        ("012", "line 1, column 2: a number must not start with 0 and another digit"),
        ("-x", "line 1, column 2: expected a digit after '-', found 'x'"),
        ("1. ", "line 1, column 3: expected a digit after '.', found a space"),
        ("1e+", "line 1, column 4: expected a digit in the exponent, found the end of the text"),
        ("\"abc", "line 1, column 5: expected '\"' at the end of a string, found the end of the text"),
        (
            "\"a\nb\"",
            "line 1, column 3: expected an escape such as \\n or \\u0000 for a control character in a string, "
                + "found a line break"
        ),
        ("\"\\q\"", "line 1, column 3: expected one of \" \\ / b f n r t u after '\\', found 'q'"),
        ("\"\\u00g0\"", "line 1, column 6: expected four hexadecimal digits after '\\u', found 'g'"),
        ("\"\\uD83D!\"", "line 1, column 2: a high surrogate must be followed by the escape of a low surrogate"),
        ("\"\\uDE00\"", "line 1, column 2: a low surrogate must follow the escape of a high surrogate"),
        ("\u{FEFF}{}", "line 1, column 1: JSON text must not start with a byte order mark"),
        ("[\u{7}]", "line 1, column 2: expected a value, found U+0007"),
        ("[\u{1F600}]", "line 1, column 2: expected a value, found U+1F600"),
    ])
    func `an error says what is wrong, what would be right, and where`(text: String, description: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
        #expect(error?.description == description)
        let sameError = #expect(throws: JSONSyntaxError.self) { try JSONText(parsing: text) }
        #expect(sameError == error)
    }

    @Test func `a byte that is not UTF-8 is named with its place`() {
        let bytes = Array("[\n\"é".utf8) + [0xC3, 0x28]
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: bytes) }
        #expect(error?.description == "line 2, column 3: expected UTF-8, found the byte 0xC3 where it cannot stand")
    }
}
