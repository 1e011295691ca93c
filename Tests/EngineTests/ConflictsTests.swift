import Ensue
import Testing

@Suite struct ConflictsTests {
    @Test func `everything that is wrong with handlers is listed at once`() throws {
        var handlers = Handlers()
        handlers.handle(Job.self) { _, _ in .completed() }
        handlers.handle("test.job") { _, _ in .completed(.null) }
        handlers.listen(to: PollCompleted.self, as: "mail") { _, _ in }
        handlers.listen(matching: .glob("*"), as: "mail") { _, _ in }
        handlers.listen(matching: .glob("*"), as: "naïve") { _, _ in }
        handlers.listen(matching: .glob("*"), as: "") { _, _ in }
        handlers.listen(matching: .glob(""), as: "empty") { _, _ in }
        handlers.listen(matching: .regex("(unclosed"), as: "broken") { _, _ in }
        handlers.declare(OtherPoll.self)
        handlers.declare(Reserved.self)
        let bench = try EngineBench()
        let conflicts = try #require(throws: HandlerConflicts.self) { try bench.engine(handlers) }
        let expected = [
            "the effect kind 'test.job' has more than one handler",
            "the listener name 'mail' is taken more than once",
            "listener 'naïve': ",
            "listener '': ",
            "listener 'empty': the glob is empty",
            "listener 'broken': '(unclosed' is not a regular expression",
            "the event type 'polls.PollCompleted' is declared as PollCompleted and as OtherPoll",
            "Reserved: types that begin with 'ensue.' are the engine's own",
        ]
        #expect(conflicts.conflicts.count == expected.count, "\(conflicts)")
        for (found, beginning) in zip(conflicts.conflicts, expected) {
            #expect(found.hasPrefix(beginning))
            #expect(conflicts.description.contains(found))
        }
    }

    @Test func `declaring one type twice and many listeners of one type is no conflict`() throws {
        var handlers = Handlers()
        handlers.declare(PollCompleted.self)
        handlers.listen(to: PollCompleted.self, as: "first") { _, _ in }
        handlers.listen(to: PollCompleted.self, as: "second") { _, _ in }
        _ = try EngineBench().engine(handlers)
    }
}

private struct OtherPoll: Event {
    static let eventType = PollCompleted.eventType
}

private struct Reserved: Event {
    static let eventType: EventType = "ensue.Reserved"
}
