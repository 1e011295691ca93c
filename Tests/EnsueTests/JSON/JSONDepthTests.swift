import Ensue
import Testing

@Suite(.timeLimit(.minutes(1)))
struct JSONDepthTests {
    @Test(arguments: ["[", "{\"a\":"])
    func `a depth bomb is an error that names the limit`(opening: String) {
        let bomb = String(repeating: opening, count: 100_000)
        let problem = "arrays and objects are nested deeper than the limit of 128"
        #expect(throws: JSONSyntaxError.self) { try JSONText(parsing: bomb) }
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: bomb) }
        #expect(error?.problem == problem)
        #expect(error?.column == 128 * opening.utf8.count + 1)
    }

    @Test func `nesting up to the limit is allowed`() throws {
        #expect(try JSONValue(parsing: nested(128)).text == nested(128))
        #expect(try JSONText(parsing: nested(128)).parsed().text == nested(128))
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: nested(129)) }
        #expect(throws: JSONSyntaxError.self) { try JSONText(parsing: nested(129)) }
    }

    @Test func `the limit can be chosen`() throws {
        #expect(try JSONValue(parsing: "1", maxDepth: 0) == 1)
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: "[]", maxDepth: 0) }
        #expect(try JSONValue(parsing: nested(200), maxDepth: 200).text == nested(200))
    }

    @Test func `breadth is not depth`() throws {
        let text = "[" + Array(repeating: "[[]]", count: 1000).joined(separator: ",") + "]"
        #expect(try JSONValue(parsing: text, maxDepth: 3).array?.count == 1000)
    }

    @Test func `a value too deep to be read back is not encoded`() {
        let deep = try? JSONValue(parsing: nested(200), maxDepth: 200)
        #expect(throws: EncodingError.self) { try JSONText.encoding(["value": deep]) }
    }

    private func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
}
