import EnsueTesting
import Logging
import Testing

@testable import Ensue

/// What a handler sees and does through its context.
@Suite(.timeLimit(.minutes(1)))
struct RunContextTests {
    private let clock = ManualClock()
    private let store: any Store

    init() async throws { store = try await TestEngine(Handlers(), clock: clock).store }

    private func perform(
        _ claimed: ClaimedEffect, policy: HandlerPolicy = .standard,
        _ body: @escaping @Sendable @concurrent (HandlerContext) async throws -> Handled<JSONValue>
    ) async throws -> SettledRun {
        var handlers = Handlers()
        handlers.handle("test", policy: policy) { _, context in try await body(context) }
        let environment = RunEnvironment(
            store: store, clock: clock, logger: Logger(label: "test"), handlers: Handlers())
        let performer = Performer(
            handlers: handlers.registered, environment: environment, random: SeededRandomness())
        return try #require(await performer.perform(claimed))
    }

    @Test func `what a run records and requests belongs to it, and is one deeper`() async throws {
        let run = try await perform(claimedEffect(7, depth: 3)) { context in
            try context.record(PollCompleted(phone: "1", score: 2), key: "k")
            try context.request(SendSMS(to: "1", text: "x"), priority: .high)
            return .completed(nil)
        }
        let event = try #require(run.events.first)
        #expect(event.account == "acme")
        #expect(event.key == "k")
        #expect(event.cause == EffectID(rawValue: 7))
        #expect(event.depth == 4)
        let request = try #require(run.requests.first)
        #expect(request.account == "acme")
        #expect(request.priority == .high)
        #expect(request.origin == EffectOrigin(effect: EffectID(rawValue: 7)))
        #expect(request.depth == 4)
    }

    @Test func `a run cannot act for another account, nor forge what it comes from`() async throws {
        let run = try await perform(claimedEffect(7)) { context in
            var request = EffectRequest(account: "other", kind: "a", payload: .emptyObject)
            request.origin = EffectOrigin(event: EventID(rawValue: 1), rule: "r", replayOf: EffectID(rawValue: 2))
            try context.request(request)
            var draft = EventDraft(account: "other", type: "a", data: .emptyObject)
            draft.depth = 0
            try context.record(draft)
            return .completed(nil)
        }
        #expect(run.requests.map(\.account) == ["acme"])
        #expect(run.events.map(\.account) == ["acme"])
        #expect(
            run.requests.first?.origin == EffectOrigin(effect: EffectID(rawValue: 7)))
        #expect(run.events.map(\.depth) == [1])
    }

    @Test func `a failed run records and requests nothing`() async throws {
        let run = try await perform(claimedEffect()) { context in
            try context.request(WriteLog(line: "x"))
            throw Rejection("no")
        }
        #expect(run.requests.isEmpty)
        #expect(run.events.isEmpty)
    }

    @Test func `at the end of a chain of causes nothing more is requested, and the effect fails for good`() async throws
    {
        let run = try await perform(claimedEffect(depth: Depth.limit)) { context in
            try context.request(WriteLog(line: "x"))
            return .completed(nil)
        }
        guard case .ended(.failed, _, let error?) = run.transition.destination else {
            Issue.record("it should have failed for good")
            return
        }
        #expect(error.contains("loop"))
    }

    @Test func `what is invalid is refused where it is requested`() async throws {
        let run = try await perform(claimedEffect(), policy: HandlerPolicy(attempts: 1)) { context in
            try context.request(SendSMS(to: "1", text: ""))
            return .completed(nil)
        }
        #expect(run.transition.destination == .ended(.failed, error: "an empty message"))
    }

    @Test func `the token of a run names effect, run and lease, and the idempotency key the effect alone`() async throws
    {
        let secret = store.identity.secret
        var keys: Set<String> = []
        for number in 1...2 {
            let claimed = claimedEffect(7, lease: 5, run: number)
            _ = try await perform(claimed) { context in
                let token = CompletionToken(context.completion.token, secret: secret)
                #expect(token == CompletionToken(effect: claimed.id, run: number, lease: claimed.lease))
                return .completed(["key": .string(context.idempotencyKey)])
            }
            let environment = RunEnvironment(
                store: store, clock: clock, logger: Logger(label: "test"), handlers: Handlers())
            keys.insert(HandlerContext(claimed, deadline: nil, environment: environment).idempotencyKey)
        }
        #expect(keys == ["ensue-\(store.identity.id)-7"])
    }

    @Test func `a handler knows when its run will be stopped`() async throws {
        let expected = clock.now() + .seconds(30)
        _ = try await perform(claimedEffect(), policy: HandlerPolicy(timeout: .seconds(30))) { context in
            #expect(context.deadline == expected)
            return .completed(nil)
        }
        _ = try await perform(claimedEffect()) { context in
            #expect(context.deadline == nil)
            return .completed(nil)
        }
    }
}
