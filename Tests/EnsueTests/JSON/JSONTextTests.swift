import Ensue
import Foundation
import Testing

@Suite(.timeLimit(.minutes(1)))
struct JSONTextTests {
    struct Invoice: Codable, Equatable {
        var total: Decimal
        var due: Date
        var url: String
        var attachment: Data
        var payload: JSONText?
    }

    @Test func `text from outside is kept to the byte`() throws {
        let text = " { \"b\" : 1.50,\n\"a\":\"\\u00e9\\/\" } "
        let document = try JSONText(parsing: text)
        #expect(document.text == text)
        #expect(document.description == text)
        #expect(try JSONText(parsing: Array(text.utf8)) == document)
        #expect(try document.parsed() == ["a": "é/", "b": 1.5])
        #expect(JSONText(try document.parsed()).text == #"{"a":"é/","b":1.50}"#)
    }

    @Test func `a typed value is written compactly in one form`() throws {
        let invoice = Invoice(
            total: try #require(Decimal(string: "129.90")), due: Date(timeIntervalSince1970: 1_769_851_800.25),
            url: "https://example.com/a", attachment: Data([0xFB, 0xFF]), payload: try JSONText(parsing: "{ \"z\": 1 }")
        )
        let document = try JSONText.encoding(invoice)
        #expect(
            document.text == #"{"attachment":"+/8=","due":"2026-01-31T09:30:00.250Z","#
                + #""payload":{"z":1},"total":129.9,"url":"https://example.com/a"}"#)
        var expected = invoice
        expected.payload = try JSONText(parsing: "{\"z\":1}")
        #expect(try document.decode() == expected)
    }

    @Test(arguments: [
        ("2026-01-31T09:30:00Z", 1_769_851_800), ("2026-01-31T09:30:00.25Z", 1_769_851_800.25),
        ("2026-01-31T10:30:00+01:00", 1_769_851_800),
    ])
    func `dates are read with and without a fraction`(text: String, seconds: Double) throws {
        #expect(try JSONText(parsing: "[\"\(text)\"]").decode([Date].self) == [Date(timeIntervalSince1970: seconds)])
    }

    @Test func `a date that does not exist is a decoding error with its place`() throws {
        let document = try JSONText(parsing: #"{"due":"2026-02-30T00:00:00Z"}"#)
        let error = #expect(throws: DecodingError.self) { try document.decode([String: Date].self) }
        guard case .dataCorrupted(let context) = error else {
            Issue.record("expected corrupted data, found \(String(describing: error))")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == ["due"])
        #expect(context.debugDescription.contains("2026-02-30T00:00:00Z"))
    }

    @Test func `a document is decoded as itself without change`() throws {
        let document = try JSONText(parsing: "{ \"a\": 1.0 }")
        #expect(try document.decode(JSONText.self) == document)
        #expect(try JSONText.encoding(document) == document)
    }

    @Test func `scalars are documents`() throws {
        #expect(try JSONText.encoding("a/b").text == "\"a/b\"")
        #expect(try JSONText.encoding(Int?.none).text == "null")
        #expect(try JSONText(parsing: "7").decode(Int.self) == 7)
        #expect(try JSONText.emptyObject.parsed() == [:])
    }

    @Test func `trusted text that is broken is an error when it is read`() throws {
        let broken = JSONText(trusted: "{\"a\":")
        #expect(throws: JSONSyntaxError.self) { try broken.parsed() }
        #expect(throws: JSONSyntaxError.self) { try broken.decode(JSONValue.self) }
        #expect(throws: DecodingError.self) { try broken.decode([String: Int].self) }
        #expect(throws: EncodingError.self) { try JSONText.encoding(["member": broken]) }
    }

    @Test(arguments: [#"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, #"{"a":[0], "a" : 2 }"#])
    func `the last of repeated names wins on every path`(text: String) throws {
        let document = try JSONText(parsing: text)
        #expect(document.text == #"{"a":2}"#)
        #expect(try JSONText(parsing: Array(text.utf8)) == document)
        #expect(try document.parsed()["a"] == 2)
        #expect(try document.decode([String: Int].self) == ["a": 2])
        #expect(try document.decode([String: JSONValue].self) == ["a": 2])
    }

    @Test func `repeated names are found at any depth, and equal names in different objects are not repeated`() throws {
        let repeated = try JSONText(parsing: #"[{"b":{"é":1,"x":[{}],"e\u0301":2}}]"#)
        #expect(try repeated.decode([[String: [String: JSONValue]]].self) == [["b": ["x": [[:]], "é": 2]]])
        let text = #"[{"a" : {"a" : 1}}, {"a" : 2}]"#
        #expect(try JSONText(parsing: text).text == text)
    }

    @Test func `what JSON cannot hold is an encoding error`() {
        #expect(throws: EncodingError.self) { try JSONText.encoding([Double.infinity]) }
        #expect(throws: EncodingError.self) { try JSONText.encoding([Date.distantFuture.addingTimeInterval(1e15)]) }
    }
}
