import Ensue
import Testing

@Suite struct NameTests {
    @Test(arguments: ["a", "polls.PollCompleted", "challenge_created", "/table/public.orders:1-2", "0", "A_b-C"])
    func `a well-formed name is kept as it is`(_ text: String) throws {
        #expect(try EventType(text).rawValue == text)
        #expect(try Account(text).description == text)
        #expect(EffectKind(rawValue: text)?.rawValue == text)
    }

    @Test func `of all bytes, letters, digits and six signs are allowed`() {
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:/-".unicodeScalars)
        for value in UInt32(0)..<0x180 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            #expect((EventType(rawValue: "a\(scalar)b") != nil) == allowed.contains(scalar), "U+\(value)")
        }
    }

    @Test func `a name has 1 to 200 characters`() throws {
        #expect(throws: MalformedName.self) { try Account(String()) }
        _ = try Account(String(repeating: "a", count: 200))
        #expect(throws: MalformedName.self) { try Account(String(repeating: "a", count: 201)) }
    }

    @Test(arguments: [
        ("", "the event type is empty"), ("two words", "the event type 'two words' holds ' '"),
        ("smörgås", "the event type 'smörgås' holds 'ö'"), ("a\u{301}b", "holds 'a\u{301}'"),
        (String(repeating: "a", count: 201), "is 201 bytes long"),
    ])
    func `an error says what is wrong with a name and what would be right`(_ text: String, _ fault: String) {
        let error = #expect(throws: MalformedName.self) { try EventType(text) }
        #expect(error?.description.contains(fault) == true, "\(String(describing: error))")
        #expect(error?.description.hasSuffix("it needs 1 to 200 of A-Z a-z 0-9 _ . : / -") == true)
    }

    @Test func `an overlong name is shown in part`() {
        let error = #expect(throws: MalformedName.self) { try Account(String(repeating: "é", count: 5000)) }
        #expect((error?.description.count ?? .max) < 200)
    }

    @Test func `a name is a string in JSON, and is checked when it is read`() throws {
        #expect(try JSONText.encoding(["k": EffectKind("sms.send")]).text == #"{"k":"sms.send"}"#)
        #expect(throws: MalformedName.self) { try JSONText(parsing: #""two words""#).decode(EffectKind.self) }
    }

    @Test func `the engine's own types begin with its name and a dot`() {
        #expect(EventType("ensue.effect.completed").isReserved)
        #expect(!EventType("ensue").isReserved)
        #expect(!EventType("ensued.x").isReserved)
        #expect(!EventType("Ensue.x").isReserved)
    }

    @Test func `a listener's kind is named after it`() throws {
        #expect(try EffectKind.listener("mail") == "listener.mail")
        #expect(try EffectKind.listener("mail").isListener)
        #expect(!EffectKind("mail").isListener)
        #expect(throws: MalformedName.self) { try EffectKind.listener("two words") }
    }

    @Test func `an id is a string in JSON, and only its own spelling is read`() throws {
        let id = EffectID(rawValue: .max)
        #expect(try JSONText.encoding([id]).text == #"["9223372036854775807"]"#)
        #expect(try JSONText(parsing: #"["9223372036854775807"]"#).decode([EffectID].self) == [id])
        for text in ["", " 1", "+1", "01", "1.0", "0x1", "9223372036854775808"] { #expect(EffectID(text) == nil) }
        #expect(EffectID("-1") == EffectID(rawValue: -1))
        #expect(throws: DecodingError.self) { try JSONText(parsing: "[1]").decode([EffectID].self) }
    }
}
