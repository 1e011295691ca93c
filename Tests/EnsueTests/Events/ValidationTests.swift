import Ensue
import Testing

@Suite struct ValidationTests {
    @Test func `a condition that does not hold is refused with its reason`() throws {
        try require(true, "never shown")
        let error = #expect(throws: Invalid.self) { try require(1 > 2, "one is not greater") }
        #expect(error?.description == "one is not greater")
    }

    @Test func `every key that is missing or null is named`() throws {
        let object: JSONValue = ["a": 1, "b": nil, "c": false, "d": ""]
        try require(keys: "a", "c", "d", in: object)
        let one = #expect(throws: Invalid.self) { try require(keys: "a", "b", in: object) }
        #expect(one?.description == "missing key: b")
        let many = #expect(throws: Invalid.self) { try require(keys: "x", "a", "b", "y", in: object) }
        #expect(many?.description == "missing keys: x, b, y")
    }

    @Test func `what is not an object has no keys`() {
        for value in [nil, [1, 2], "a", 3] as [JSONValue] {
            let error = #expect(throws: Invalid.self) { try require(keys: "a", in: value) }
            #expect(error?.description == "missing key: a")
        }
    }

    @Test func `a draft may not have a reserved type, a bad key or too many tags`() throws {
        let good = EventDraft(type: "a.B", data: .emptyObject, key: "k", tags: Array(repeating: "t", count: 50))
        #expect(try good.checked() == good)
        var bad: [EventDraft] = [EventDraft(type: "ensue.effect.completed", data: .emptyObject)]
        for key in ["", String(repeating: "k", count: 501)] {
            bad.append(EventDraft(type: "a.B", data: .emptyObject, key: key))
        }
        for tags in [Array(repeating: "t", count: 51), [""], [String(repeating: "t", count: 201)]] {
            bad.append(EventDraft(type: "a.B", data: .emptyObject, tags: tags))
        }
        for draft in bad { #expect(throws: Invalid.self) { try draft.checked() } }
    }

    @Test func `a request may not have a bad key`() throws {
        let good = EffectRequest(kind: "a", payload: .emptyObject, key: String(repeating: "é", count: 250))
        #expect(try good.checked() == good)
        for key in ["", String(repeating: "é", count: 251)] {
            #expect(throws: Invalid.self) {
                try EffectRequest(kind: "a", payload: .emptyObject, key: key).checked()
            }
        }
    }
}
