import Ensue
import Testing

/// The grammar of RFC 8259, rule by rule.
@Suite(.timeLimit(.minutes(1)))
struct JSONGrammarTests {
    static let accepted: [(String, JSONValue)] = [
        ("null", nil), ("true", true), ("false", false),
        (" \t\r\n1 \t\r\n", 1), ("\"\"", ""), ("[]", []), ("{}", [:]), ("[ ]", []), ("{ }", [:]),
        ("0", 0), ("-0", 0), ("-1", -1), ("10", 10), ("0.5", 0.5), ("-0.5", -0.5), ("1e3", 1000), ("1E+3", 1000),
        ("1e-3", 0.001), ("0e0", 0), ("1.50e00", 1.5), ("[1,2]", [1, 2]), ("[ 1 , 2 ]", [1, 2]),
        ("[[[]],{}]", [[[]], [:]]), (#"{"":0}"#, ["": 0]), (#"{ "a" : 1 , "b" : [ ] }"#, ["a": 1, "b": []]),
        (#"{"a":{"b":null}}"#, ["a": ["b": nil]]),
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u0000\u00e9\u00E9\uABCD""#, "\0éé\u{ABCD}"),
        (#""\uD83D\uDE00\ud83d\ude00""#, "😀😀"), (#""\uFFFF\u2028""#, "\u{FFFF}\u{2028}"), ("\"\u{7F}é😀\"", "\u{7F}é😀"),
        (#""12345678\n12345678""#, "12345678\n12345678"), (#""1234567\"""#, "1234567\""),
    ]

    static let refused = [
        "", " ", "nul", "nulll", "NULL", "True", "tru", "undefined", "NaN", "Infinity", "-Infinity", "-", "+1", "01",
        "-01", "00", "1.", ".5", "-.5", "1.e3", "1e", "1e+", "1ee3", "0x10", "1_000", "1 2", "1,", "1.2.3", "١",
        "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1 2]", "[1}", "[1]]", "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1",
        "{\"a\":1,", "{\"a\":1,}", "{,}", "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{\"a\" 1}", "{\"a\":}", "{\"a\"}",
        "{\"a\":1 \"b\":2}", "{\"a\":1]", "{}{}", "'a'", "\"", "\"a", "\"\\", "\"\\\"", "\"a\nb\"", "\"a\tb\"",
        "\"a\0b\"", "\"12345678\u{1F}\"", "\"\\x41\"", "\"\\a\"", "\"\\'\"", "\"\\u\"", "\"\\u12\"", "\"\\u12G4\"",
        "\"\\U0041\"", "\"\\u+123\"", "// c\n1", "/**/1", "1 // c", "[1]#", "\u{FEFF}1", "1\u{FEFF}", "\u{A0}1",
        "\u{B}1",
        "\u{C}1", "\0", "1\0", "\\u0031",
    ]

    @Test(arguments: accepted)
    func `text that follows the grammar gives its value`(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
        #expect(try JSONValue(parsing: Array(text.utf8)) == value)
        #expect(try JSONText(parsing: text).text == text)
        #expect(try JSONText(parsing: Array(text.utf8)).text == text)
    }

    @Test(arguments: refused)
    func `text that does not follow the grammar is refused`(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array(text.utf8)) }
        #expect(throws: JSONSyntaxError.self) { try JSONText(parsing: text) }
        #expect(throws: JSONSyntaxError.self) { try JSONText(parsing: Array(text.utf8)) }
    }

    @Test(arguments: [
        #""\uD800""#, #""\uDBFFx""#, #""\uD83D\n""#, #""\uD83D\u0041""#, #""\uD83D\uD83D""#, #""\uDE00""#,
        #""\uDE00\uD83D""#, #""\uD83D\"#, #""\uD83D\u"#,
    ])
    func `half of a surrogate pair is refused`(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
        #expect(throws: JSONSyntaxError.self) { try JSONText(parsing: text) }
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
        ] as [[UInt8]])
    func `bytes that are not UTF-8 are refused`(sequence: [UInt8]) throws {
        let quote = UInt8(ascii: "\"")
        for padding in 0...9 {
            let text = [quote] + Array(repeating: UInt8(ascii: "a"), count: padding) + sequence + [quote]
            let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
            #expect(error?.problem.contains("expected UTF-8") == true)
            #expect(throws: JSONSyntaxError.self) { try JSONText(parsing: text) }
        }
    }

    @Test(arguments: [
        "é", "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFD}", "\u{10000}", "\u{10FFFF}",
    ])
    func `every length of UTF-8 is read`(character: String) throws {
        for padding in 0...9 {
            let string = String(repeating: "a", count: padding) + character + "b"
            #expect(try JSONValue(parsing: Array("\"\(string)\"".utf8)) == .string(string))
        }
    }

    @Test func `bytes that are not in one piece are read`() throws {
        let bytes = Array("[1,".utf8).lazy.map { $0 }
        let rest = Array("2]".utf8)
        #expect(try JSONValue(parsing: [bytes.map { $0 }, rest].joined()) == [1, 2])
        #expect(try JSONValue(parsing: "x[1]".dropFirst()) == [1])
    }
}
