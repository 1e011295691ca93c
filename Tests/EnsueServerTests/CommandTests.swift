import Ensue
import EnsueTesting
import HummingbirdTesting
import Testing

/// What can be decided about an effect over HTTP, in every state.
@Suite(.timeLimit(.minutes(1)))
struct CommandTests {
    typealias State = EffectQuery.State

    enum Verb: String, CaseIterable, Sendable {
        case cancel, retry, approve, refuse, complete

        var body: String {
            switch self {
            case .cancel, .refuse: #"{"reason":"not wanted"}"#
            case .retry, .approve: ""
            case .complete: #"{"outcome":"completed","output":{"by":"hand"}}"#
            }
        }

        /// What a state becomes; nil where the verb is refused.
        func result(in state: State) -> State? {
            switch (self, state) {
            case (.cancel, .running): .running
            case (.cancel, .held), (.cancel, .ready), (.cancel, .scheduled), (.cancel, .deferred),
                (.cancel, .uncertain):
                .cancelled
            case (.retry, .failed), (.retry, .cancelled), (.retry, .uncertain): .ready
            case (.approve, .held): .ready
            case (.refuse, .held): .cancelled
            case (.complete, .deferred), (.complete, .uncertain): .completed
            default: nil
            }
        }
    }

    @Test(arguments: Verb.allCases, State.allCases)
    func `an effect is decided about where its state allows it, and refused with the state elsewhere`(
        verb: Verb, state: State
    ) async throws {
        try await ServerBench.with { bench in
            let seeds = SeededEffects(in: bench.store)
            try await seeds.join()
            let id = try await seeds.effect(state)
            let answer = try await bench.answer { try await $0.post("/v1/effects/\(id)/\(verb)", verb.body) }
            if let result = verb.result(in: state) {
                #expect(answer.status == 200)
                #expect(answer["id"]?.string == id.description)
                #expect(answer["state"]?.string == result.rawValue)
                #expect(answer.json == (try await bench.answer { try await $0.get("/v1/effects/\(id)") }).json)
            } else {
                #expect(answer.status == 409)
                #expect(answer.problem == "wrong-state")
                #expect(answer["state"]?.string == state.rawValue)
                #expect(answer.detail.contains("\(state)"))
            }
        }
    }

    /// Posts to an effect in `state`.
    private func answer(_ verb: String, _ state: State, _ body: String) async throws -> Answer {
        var answer: Answer?
        try await ServerBench.with { bench in
            let seeds = SeededEffects(in: bench.store)
            try await seeds.join()
            let id = try await seeds.effect(state)
            answer = try await bench.answer { try await $0.post("/v1/effects/\(id)/\(verb)", body) }
        }
        return try #require(answer)
    }

    @Test func `what is given as a reason is kept`() async throws {
        #expect(try await answer("cancel", .ready, #"{"reason":"sold out"}"#)["error"] == "sold out")
        #expect(try await answer("refuse", .held, #"{"reason":"too dear"}"#)["error"] == "too dear")
        #expect(try await answer("cancel", .ready, "{}")["error"] == "cancelled")
    }

    @Test func `an outcome given by hand is kept`() async throws {
        let completed = try await answer("complete", .uncertain, #"{"outcome":"completed","output":{"n":1.10}}"#)
        #expect(completed.text.contains(#""output":{"n":1.10}"#))
        let failed = try await answer("complete", .deferred, #"{"outcome":"failed","error":"never arrived"}"#)
        #expect(failed["state"] == "failed")
        #expect(failed["error"] == "never arrived")
    }

    @Test func `a retried effect keeps what it failed with among its attempts`() async throws {
        let retried = try await answer("retry", .failed, "{}")
        #expect(retried["attempts"]?[0]?["result"] == "retried")
        #expect(retried["attempts"]?[0]?["error"] == "broken")
    }

    @Test(arguments: [
        ("cancel", #"{"raeson":"x"}"#, "did you mean 'reason'?"), ("cancel", #"{"reason":1}"#, "must be a string"),
        ("retry", #"{"delay":1}"#, "unknown field 'delay'"), ("approve", "[]", "must be a JSON object"),
        ("complete", "{}", "missing field 'outcome'"), ("complete", "", "missing field 'outcome'"),
        ("complete", #"{"outcome":"done"}"#, #""completed" or "failed""#),
        ("complete", #"{"outcome":"failed"}"#, "missing field 'error'"),
        ("complete", #"{"outcome":"failed","error":"x","output":1}"#, "unknown field 'output'"),
    ])
    func `a body that is not right is refused in words that help`(
        verb: String, body: String, words: String
    ) async throws {
        let answer = try await answer(verb, .held, body)
        #expect(answer.status == 422)
        #expect(answer.problem == "invalid")
        #expect(answer.detail.contains(words))
    }

    @Test(arguments: Verb.allCases.map(\.rawValue) + ["replay"])
    func `another account's effect is not there`(verb: String) async throws {
        try await ServerBench.with { bench in
            let seeds = SeededEffects(in: bench.store)
            try await seeds.join()
            let id = try await seeds.effect(.held, account: "acme")
            let body = Verb(rawValue: verb)?.body ?? "{}"
            try await bench.call { client in
                for path in ["/v1/effects/\(id)/\(verb)", "/v1/effects/99/\(verb)", "/v1/effects/x/\(verb)"] {
                    let answer = try await client.post(path, body)
                    #expect(answer.status == 404)
                    #expect(answer.problem == "not-found")
                }
                #expect(try await client.get("/v1/effects/\(id)", ["Ensue-Account": "acme"])["state"] == "held")
            }
        }
    }

    @Test func `a command demands a JSON content type, even without a body`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let answer = try await client.post("/v1/effects/1/cancel", "", ["Content-Type": "text/plain"])
                #expect(answer.status == 415)
            }
        }
    }
}
