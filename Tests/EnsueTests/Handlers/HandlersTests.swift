import Foundation
import Testing

@testable import Ensue

private struct AlsoPollCompleted: Event {
    static let eventType: EventType = "polls.PollCompleted"
}

private struct Reserved: Event {
    static let eventType: EventType = "ensue.mine"
}

@Suite struct HandlersTests {
    @Test func `everything that contradicts is reported in one error`() throws {
        var handlers = Handlers()
        handlers.handle("a") { _, _ in .completed(nil) }
        handlers.handle("a") { _, _ in .completed(nil) }
        handlers.handle(SendSMS.self) { _, _ in .completed(SendSMS.Output(messageID: "1")) }
        handlers.handle("sms.send") { _, _ in .completed(nil) }
        handlers.listen(to: PollCompleted.self, as: "mail") { _, _ in }
        handlers.listen(matching: .glob("*"), as: "mail") { _, _ in }
        handlers.listen(matching: .regex("(a"), as: "broken") { _, _ in }
        handlers.listen(matching: .glob("*"), as: "two words") { _, _ in }
        handlers.declare(AlsoPollCompleted.self)
        handlers.declare(Reserved.self)
        let conflicts = handlers.conflicts
        try #require(conflicts.count == 7)
        #expect(conflicts[0] == "the effect kind 'a' has more than one handler")
        #expect(conflicts[1] == "the effect kind 'sms.send' has more than one handler")
        #expect(conflicts[2] == "the listener name 'mail' is taken more than once")
        #expect(conflicts[3].hasPrefix("listener 'broken': '(a' is not a regular expression"))
        #expect(conflicts[4].hasPrefix("listener 'two words': the effect kind 'listener.two words' holds ' '"))
        #expect(conflicts[5].contains("is declared as PollCompleted and as AlsoPollCompleted"))
        #expect(conflicts[6].contains("the engine's own"))
        let error = HandlerConflicts(conflicts: conflicts)
        #expect(error.description.split(separator: "\n").count == 8)
    }

    @Test func `the first of two handlers stays`() {
        var handlers = Handlers()
        handlers.handle("a", policy: .atMostOnce) { _, _ in .completed(nil) }
        handlers.handle("a", policy: .standard) { _, _ in .completed(nil) }
        #expect(handlers.registered["a"]?.policy == .atMostOnce)
    }

    @Test func `an event type may be declared and listened for by any number of listeners`() {
        var handlers = Handlers()
        handlers.declare(PollCompleted.self)
        handlers.declare(PollCompleted.self)
        handlers.listen(to: PollCompleted.self, as: "a") { _, _ in }
        handlers.respond(to: PollCompleted.self, as: "b") { _ in }
        #expect(handlers.conflicts.isEmpty)
        #expect(handlers.rules.map(\.name) == ["a", "b"])
    }

    @Test func `typed listeners come first, then the others, each as they were registered`() {
        var handlers = Handlers()
        handlers.listen(matching: .glob("*"), as: "z") { _, _ in }
        handlers.listen(to: PollCompleted.self, as: "y") { _, _ in }
        handlers.listen(matching: .regex(".*"), as: "a") { _, _ in }
        handlers.respond(to: PollCompleted.self, as: "b") { _ in }
        let rules = RuleSet(handlers.rules).matching(PollCompleted.eventType)
        #expect(rules.map(\.name) == ["y", "b", "z", "a"])
        #expect(rules.map(\.kind) == ["listener.y", "listener.b", "listener.z", "listener.a"])
    }

    @Test func `handlers are a value: a copy changes nothing of the original`() {
        var handlers = Handlers()
        handlers.handle("a") { _, _ in .completed(nil) }
        var copy = handlers
        copy.handle("b") { _, _ in .completed(nil) }
        handlers = Handlers()
        #expect(handlers.registered.isEmpty)
        #expect(copy.registered.count == 2)
    }

    @Test func `what a payload lacks is named`() async throws {
        var handlers = Handlers()
        handlers.handle(SendSMS.self) { _, _ in .completed(SendSMS.Output(messageID: "1")) }
        let check = try #require(handlers.registered["sms.send"]?.check)
        try await check(try JSONText(parsing: #"{"to":"1","text":"x"}"#))
        let missing = await #expect(throws: DecodingError.self) {
            try await check(try JSONText(parsing: #"{"to":"1"}"#))
        }
        #expect(explain(try #require(missing)) == "missing key: text")
        await #expect(throws: Invalid("an empty message")) {
            try await check(try JSONText(parsing: #"{"to":"1","text":""}"#))
        }
    }

    @Test(arguments: [
        (#"{"a":{"b":[{"c":"x"}]}}"#, "a.b.0.c is not Int"), (#"{"a":{"b":[{}]}}"#, "missing key: a.b.0.c"),
        (#"{"a":{"b":[{"c":null}]}}"#, "a.b.0.c is null, it needs Int"), (#"{"a":5}"#, "a is not Dictionary"),
    ])
    func `an error of decoding is explained by the place where it is`(_ json: String, _ text: String) throws {
        struct Inner: Decodable { var c: Int }
        struct Middle: Decodable { var b: [Inner] }
        struct Outer: Decodable { var a: Middle }
        let error = #expect(throws: DecodingError.self) { try JSONText(parsing: json).decode(Outer.self) }
        #expect(explain(try #require(error)).hasPrefix(text))
    }
}
