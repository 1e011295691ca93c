import Ensue
import EnsueEffects
import Testing

struct RecordEventTests {
    let bench: EffectBench

    init() throws { bench = try EffectBench() }

    @Test func `an event is recorded with the settling, to the digit`() async throws {
        let payload = try JSONText(
            parsing: """
                {"type": "order.paid", "data": {"id": 9007199254740993, "sum": 1.10}, "source": "/table/orders",
                 "key": "order-1", "tags": ["a", "b"], "time": "2026-03-04T10:15:02.118+01:00"}
                """)
        let settled = try await bench.run("event.record", payload)
        #expect(settled.transition.destination == .ended(.completed, output: nil))
        let event = try #require(settled.events.first)
        #expect(settled.events.count == 1)
        #expect(event.account == "acme")
        #expect(event.type == "order.paid")
        #expect(event.data.text == #"{"id":9007199254740993,"sum":1.10}"#)
        #expect(event.source?.description == "/table/orders")
        #expect(event.key == "order-1")
        #expect(event.tags == ["a", "b"])
        #expect(event.time?.description == "2026-03-04T09:15:02.118Z")
        #expect(event.cause == EffectID(rawValue: 7))
        #expect(event.depth == 1)
    }

    @Test(
        arguments: [(["type": "t"], "{}"), (["type": "t", "data": nil], "null"), (["type": "t", "data": [1]], "[1]")]
            as [(JSONValue, String)])
    func `data is any JSON, and an empty object by default`(payload: JSONValue, data: String) async throws {
        #expect(try await bench.run("event.record", payload).events.map(\.data.text) == [data])
    }

    @Test(
        arguments: [
            ([:], "missing key: type"), (["type": "a b"], "' '"), (["type": "ensue.effect.completed"], "'ensue.'"),
            (["type": "t", "dta": 1], "unknown field 'dta'; did you mean 'data'?"),
            (["type": "t", "source": "orders"], "/<type>/<key>"), (["type": "t", "key": ""], "the key is empty"),
            (["type": "t", "tags": [1]], "'tags' must be an array of strings"), (["type": "t", "tags": [""]], "tag"),
            (["type": "t", "time": "yesterday"], "ISO 8601"),
        ] as [(JSONValue, String)])
    func `another payload is refused, and nothing is recorded`(payload: JSONValue, hint: String) async throws {
        let error = try await #require(throws: Invalid.self) { try await bench.accept("event.record", payload) }
        #expect(error.description.contains(hint))
        let settled = try await bench.run("event.record", payload)
        #expect(settled.rejection == "the payload is not a valid event.record: \(error)")
        #expect(settled.events.isEmpty)
    }

    @Test func `a declared recording is read back from its encoding`() throws {
        let effect = RecordEvent(
            type: "t", data: JSONText(["n": 9_007_199_254_740_993]), source: try SourceName("/a/b"), key: "k",
            tags: ["x"], time: Timestamp(milliseconds: 1))
        let text = try JSONText.encoding(effect)
        #expect(
            text.text
                == #"{"data":{"n":9007199254740993},"key":"k","source":"/a/b","tags":["x"],"time":"1970-01-01T00:00:00.001Z","type":"t"}"#
        )
        #expect(try JSONText.encoding(text.decode(RecordEvent.self)) == text)
    }
}
