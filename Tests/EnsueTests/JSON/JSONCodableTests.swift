import Ensue
import Foundation
import Testing

/// `JSONValue` inside typed payloads, through Foundation's coders.
@Suite(.timeLimit(.minutes(1)))
struct JSONCodableTests {
    struct Payload: Codable, Equatable {
        var name: String
        var extra: JSONValue
        var optional: JSONValue?
    }

    static let everything = #"""
        {"array":[null,true,false,0,1,"1","",[],{}],"big":90071992547409931,"bigger":18446744073709551615,
        "decimal":129.90,"fraction":90071992547409931.5,"long":1.00000000000000000001,"negative":-9223372036854775808,
        "snake_case":{"inner_name":1.5e3},"tiny":1e-200,"huge":1e200,"text":"é😀\n"}
        """#

    @Test(arguments: ["null", "true", "false", "0", "1", "-1.5", "\"\"", "\"true\"", "\"1\"", "[]", "{}", everything])
    func `a member decoded by Foundation is the value that was written`(text: String) throws {
        let json = Data("{\"name\":\"n\",\"extra\":\(text)}".utf8)
        let payload = try JSONDecoder().decode(Payload.self, from: json)
        #expect(payload.extra == (try JSONValue(parsing: text)))
        #expect(payload.optional == nil)
    }

    @Test func `a value encoded by Foundation is the same value`() throws {
        let payload = Payload(name: "n", extra: try JSONValue(parsing: Self.everything), optional: 1)
        let data = try JSONEncoder().encode(payload)
        #expect(try JSONValue(parsing: data) == ["name": "n", "extra": payload.extra, "optional": 1])
        #expect(try JSONDecoder().decode(Payload.self, from: data) == payload)
    }

    @Test func `big integers and decimals are written as they are`() throws {
        let value: [String: JSONValue] = [
            "a": try JSONValue(parsing: "90071992547409931"), "b": try JSONValue(parsing: "18446744073709551615"),
            "c": try JSONValue(parsing: "129.90"),
        ]
        let text = try JSONText.encoding(value).text
        #expect(text == #"{"a":90071992547409931,"b":18446744073709551615,"c":129.9}"#)
    }

    @Test func `a key strategy leaves the names inside a value alone`() throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let json = Data(#"{"name":"n","extra":{"inner_name":{"more_names":1}}}"#.utf8)
        #expect(try decoder.decode(Payload.self, from: json).extra == ["inner_name": ["more_names": 1]])
    }

    @Test func `a number beyond Decimal is rounded by Foundation and exact without it`() throws {
        let text = "3.14159265358979323846264338327950288419716939937510"
        let rounded = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(rounded.double == Double.pi)
        #expect(try JSONText(parsing: text).decode(JSONValue.self).text == text)
        #expect(try JSONText.encoding(JSONValue(parsing: text)).text == text)
    }

    @Test func `a number beyond Double is an error of the coders`() throws {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(JSONValue.self, from: Data("[1e400]".utf8)) }
        #expect(throws: EncodingError.self) { try JSONEncoder().encode(JSONValue(parsing: "[1e400]")) }
        #expect(try JSONText(parsing: "[1e400]").decode(JSONValue.self).text == "[1e400]")
    }

    @Test func `a tree converts to a typed value and back`() throws {
        let tree: JSONValue = ["name": "n", "extra": ["x": [1, 2]]]
        let payload = try tree.decode(Payload.self)
        #expect(payload == Payload(name: "n", extra: ["x": [1, 2]], optional: nil))
        #expect(try JSONValue.encoding(payload) == tree)
        #expect(try tree.decode(JSONValue.self) == tree)
        #expect(try (nil as JSONValue).decode(JSONValue?.self) == nil)
        #expect(try JSONValue.encoding(tree) == tree)
    }

    @Test func `the error of a wrong shape names its place`() throws {
        let tree: JSONValue = ["name": 1, "extra": nil]
        let error = #expect(throws: DecodingError.self) { try tree.decode(Payload.self) }
        guard case .typeMismatch(_, let context) = error else {
            Issue.record("expected a type mismatch, found \(String(describing: error))")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == ["name"])
    }
}
