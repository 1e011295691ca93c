import Ensue
import Testing

@Suite(.timeLimit(.minutes(1)))
struct JSONValueTests {
    let order: JSONValue = ["id": 17, "paid": true, "lines": [["sku": "A-1", "price": 129.9]], "note": nil]

    @Test func `members and elements are reached by name and index`() {
        #expect(order["lines"]?[0]?["sku"]?.string == "A-1")
        #expect(order["lines"]?[1] == nil)
        #expect(order["lines"]?[-1] == nil)
        #expect(order["missing"] == nil)
        #expect(order[0] == nil)
        #expect(order["id"]?["nothing"] == nil)
    }

    @Test func `an accessor answers for its own kind only`() {
        #expect(order["id"]?.int == 17)
        #expect(order["id"]?.int64 == 17)
        #expect(order["id"]?.double == 17)
        #expect(order["id"]?.string == nil)
        #expect(order["paid"]?.bool == true)
        #expect(order["paid"]?.int == nil)
        #expect(order["note"]?.isNull == true)
        #expect(order["id"]?.isNull == false)
        #expect(order["lines"]?.array?.count == 1)
        #expect(order["lines"]?.object == nil)
        #expect(order.object?.count == 4)
    }

    @Test func `the text is compact and sorted by the bytes of the names`() {
        let value: JSONValue = ["b": 1, "a": [1, "x"], "B": nil, "é": true, "a10": 1, "a9": 1, "\u{FFFD}": 1, "😀": 1]
        #expect(value.text == #"{"B":null,"a":[1,"x"],"a10":1,"a9":1,"b":1,"é":true,"�":1,"😀":1}"#)
    }

    @Test func `the text of an object does not depend on how it was built`() throws {
        let names = (0..<100).map { "member \($0)" }
        let forward = JSONValue.object(Dictionary(uniqueKeysWithValues: names.map { ($0, 1) }))
        let backward = JSONValue.object(Dictionary(uniqueKeysWithValues: names.reversed().map { ($0, 1) }))
        #expect(forward.text == backward.text)
    }

    @Test func `only what must be escaped is escaped`() {
        let value: JSONValue = "\"\\/\u{8}\u{c}\n\r\t\0\u{1F}\u{7F}\u{2028}é😀"
        #expect(value.text == #""\"\\/\b\f\n\r\t\u0000\u001f"# + "\u{7F}\u{2028}é😀\"")
    }

    @Test func `literals can hold interpolations`() {
        let id = 7
        #expect(["key": "order-\(id)"] as JSONValue == ["key": .string("order-7")])
    }
}
