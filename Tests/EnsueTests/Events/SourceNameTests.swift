import Ensue
import EnsueTesting
import Testing

@Suite struct SourceNameTests {
    @Test func `a source is written as its type and its key`() throws {
        let source = try SourceName("/conversation/42")
        #expect(source.type == "conversation")
        #expect(source.key == "42")
        #expect(source.description == "/conversation/42")
        #expect(try SourceName(type: "conversation", key: "42") == source)
    }

    @Test func `the key is all that follows the second slash`() throws {
        #expect(try SourceName("/file/a/b//c/").key == "a/b//c/")
        #expect(try SourceName("/t//").key == "/")
    }

    @Test(arguments: ["", "/", "//", "a", "a/b", "/a", "/a/", "//b", "a/b/c", " /a/b"])
    func `what is not of the form is refused`(_ text: String) {
        let error = #expect(throws: Invalid.self) { try SourceName(text) }
        #expect(error?.description.contains("/<type>/<key>") == true)
    }

    @Test func `type and key have at most 500 bytes together`() throws {
        _ = try SourceName(type: "a", key: String(repeating: "k", count: 499))
        #expect(throws: Invalid.self) { try SourceName(type: "a", key: String(repeating: "k", count: 500)) }
        #expect(throws: Invalid.self) { try SourceName(type: "a/b", key: "c") }
    }

    @Test(arguments: PropertySeed.seeds(rounds: 3))
    func `any source reads back as it was written`(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        // The last two join what stands before them into one character.
        let pieces = ["a", "/", "é", " ", "'", "🎈", "%", ".", "\u{301}", "\u{1F3FB}"]
        for _ in 0..<300 {
            let length = Int.random(in: 1...9, using: &generator)
            let key = (0..<length).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &generator)] }
            let source = try SourceName(type: "t.\(Int.random(in: 0...9, using: &generator))", key: key.joined())
            #expect(try SourceName(source.description) == source)
            #expect(try JSONText.encoding([source]).decode([SourceName].self) == [source])
        }
    }
}
