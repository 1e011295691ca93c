internal import Ensue
internal import Testing

extension StoreContract {
    private static let done = CompletionReport.completed(output: JSONText(.string("done")))
    private static let broken = CompletionReport.failed(error: "broken", retry: false)
    private static let brokenForNow = CompletionReport.failed(error: "broken", retry: true)

    static let tokens: [Case] = [
        Case("a deferred run is completed from outside, with its output and its run") { bench in
            let id = try await bench.effect(in: .deferred)
            let outcome = try await bench.command(.complete(run: 1, done), on: id).outcome
            #expect(outcome?.kind == .completed)
            #expect(outcome?.output == JSONText(.string("done")))
            #expect(outcome?.run == 1)
            #expect(outcome?.startedAt != nil)
        },
        Case("a deferred run fails from outside, for good or for now") { bench in
            try await bench.join([Bench.kind: .retrying(attempts: 2, backoff: .fixed(.seconds(60)))])
            let good = try await bench.effect(in: .deferred)
            #expect(try await bench.command(.complete(run: 1, broken), on: good).outcome?.kind == .failed)
            let now = try await bench.effect(in: .deferred)
            let record = try await bench.command(.complete(run: 1, brokenForNow), on: now)
            #expect(record.state.name == "scheduled")
            #expect(record.attempts.map(\.result) == [.failed])
            try await bench.advance(.seconds(120))
            #expect(try await bench.store.advance(limit: 10).moved == 1)
            try await bench.settle(try await bench.claimOne(), to: .deferred(within: .seconds(60)))
            #expect(try await bench.command(.complete(run: 2, brokenForNow), on: now).outcome?.kind == .failed)
        },
        Case("a completion that arrives while the run is still running wins") { bench in
            let id = try await bench.request()
            let claimed = try await bench.claimOne()
            let outcome = try await bench.command(.complete(run: 1, done), on: id).outcome
            #expect(outcome?.output == JSONText(.string("done")))
            #expect(try await bench.settle(claimed, to: .deferred(within: .seconds(60))).stale == [id])
            #expect(try await bench.outcome(id) == outcome)
            #expect(try await bench.count(.stale) == 1)
        },
        Case("a second completion is refused, with the outcome that there is") { bench in
            let id = try await bench.effect(in: .deferred)
            let outcome = try await bench.command(.complete(run: 1, done), on: id).outcome
            for report in [done, broken, brokenForNow] {
                let refusal = await #expect(throws: Refusal.self) {
                    try await bench.store.command(.complete(run: 1, report), on: id, random: 0.5)
                }
                #expect(refusal?.state == outcome.map(EffectState.ended))
            }
            #expect(try await bench.outcome(id) == outcome)
        },
        Case("once a newer run has begun, the success of an earlier one wins and its failure is refused") { bench in
            try await bench.join()
            let id = try await bench.request()
            _ = try await bench.claimOne()
            try await bench.loseWorkers()
            let second = try await bench.claimOne()
            for report in [broken, brokenForNow] {
                await #expect(throws: Refusal.self) {
                    try await bench.store.command(.complete(run: 1, report), on: id, random: 0.5)
                }
            }
            #expect(try await bench.state(id) == .running(run: 2, lease: second.lease))
            #expect(try await bench.command(.complete(run: 1, done), on: id).outcome?.kind == .completed)
            #expect(try await bench.settle(second).stale == [id])
        },
        Case("the success of an earlier run wins while the next one waits") { bench in
            for situation in [Situation.retrying, .deferred] {
                let id = try await bench.effect(in: situation)
                #expect(try await bench.command(.complete(run: 1, done), on: id).outcome?.kind == .completed)
            }
            try await bench.advance(.seconds(7200))
            #expect(try await bench.store.advance(limit: 10) == AdvanceReport(moved: 0, next: nil))
            #expect(try await bench.claim().isEmpty)
        },
        Case("a completion after the deadline wins as long as nothing has ended") { bench in
            try await bench.join()
            let id = try await bench.effect(in: .deferred)
            try await bench.advance(.seconds(7200))
            #expect(try await bench.store.advance(limit: 10).moved == 1)
            #expect(try await bench.state(id) == .ready(run: 2))
            #expect(try await bench.command(.complete(run: 1, done), on: id).outcome?.kind == .completed)
            #expect(try await bench.claim().isEmpty)
        },
        Case("a token does not approve: an effect that is held is not completed by it") { bench in
            let id = try await bench.effect(in: .held)
            let refusal = await #expect(throws: Refusal.self) {
                try await bench.store.command(.complete(run: 1, done), on: id, random: 0.5)
            }
            #expect(refusal?.state == .held)
        },
        Case("the others of a lease go on when one of them is completed from outside") { bench in
            try await bench.request(3)
            let claimed = try await bench.claim()
            try await bench.command(.complete(run: 1, done), on: claimed[1].id)
            #expect(try await bench.settle(claimed[0]).stale.isEmpty)
            #expect(try await bench.settle(claimed[2]).stale.isEmpty)
            try await bench.loseWorkers()
            #expect(try await bench.count(.lost) == 0)
        },
    ]
}
