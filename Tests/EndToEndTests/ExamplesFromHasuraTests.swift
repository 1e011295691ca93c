import Ensue
import EnsueTesting
import Synchronization
import Testing

/// The Swift in `Documentation/Coming-from-Hasura.md`.
@Suite struct ExamplesFromHasuraTests {
    final class Uploads: Sendable {
        let tokens = Mutex<[String]>([])
        func start(_ rateset: JSONValue?, token: String) async throws { tokens.withLock { $0.append(token) } }
    }

    struct Ratesets: Sendable {
        func mustExist(_ number: JSONValue?) async throws {
            try require(number?.double != nil, "RATESET must be the number of a rateset")
        }
    }

    @Test func `an effect that is answered later is completed once`() async throws {
        let (uploads, ratesets) = (Uploads(), Ratesets())
        var handlers = Handlers()
        handlers.handle(
            "publish_rateset",
            accepting: { payload in
                try require(keys: "RATESET", in: payload)
                try await ratesets.mustExist(payload["RATESET"])
            }
        ) { payload, context in
            try await uploads.start(payload["RATESET"], token: context.completion.token)
            return .deferred(within: .seconds(7200))
        }

        let engine = try await TestEngine(handlers, effects: .performed)
        let request = EffectRequest(kind: "publish_rateset", payload: JSONText(["RATESET": 42]), key: "row-17")
        try await engine.engine.accept(request)
        let id = try await engine.request(request, request)[0]
        try await engine.drain()

        let tokens = uploads.tokens.withLock { $0 }
        #expect(tokens.count == 1, "the second request had the same key")
        let url = CompletionReport.completed(output: JSONText(["url": "s3://rates/42"]))
        _ = try await engine.engine.complete(tokens[0], url)
        #expect(try await engine.outcome(of: id)?.output?.text == #"{"url":"s3://rates/42"}"#)
        await #expect(throws: Refusal.self) { _ = try await engine.engine.complete(tokens[0], url) }

        let refused = EffectRequest(kind: "publish_rateset", payload: JSONText([:]))
        await #expect(throws: Invalid("missing key: RATESET")) { try await engine.engine.accept(refused) }
    }

    @Test func `two handlers of a kind are an error when the program starts`() async throws {
        var handlers = Handlers()
        for _ in 1...2 { handlers.handle("publish_rateset") { _, _ in .completed(.null) } }
        let conflicts = await #expect(throws: HandlerConflicts.self) { _ = try await TestEngine(handlers) }
        #expect(conflicts?.conflicts == ["the effect kind 'publish_rateset' has more than one handler"])
    }
}
