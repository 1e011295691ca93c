internal import Ensue
internal import Testing

extension Bench {
    /// Claims the one effect of the kind and puts its run behind it.
    func putBehind(_ result: Attempt.Result, error: String? = nil) async throws {
        try await settle(try await claimOne(), to: .ready, attempted: .init(result, error: error))
    }
}

extension StoreContract {
    static let ledger: [Case] = [
        Case("every run that did not end its effect is in the ledger, oldest first") { bench in
            let id = try await bench.request()
            try await bench.putBehind(.failed, error: "first")
            try await bench.putBehind(.snoozed)
            try await bench.putBehind(.interrupted, error: "third")
            try await bench.settle(try await bench.claimOne())
            let effect = try await bench.effect(id)
            #expect(effect.attempts.map(\.run) == [1, 2, 3])
            #expect(effect.attempts.map(\.result) == [.failed, .snoozed, .interrupted])
            #expect(effect.attempts.map(\.error) == ["first", nil, "third"])
            for attempt in effect.attempts {
                let startedAt = try #require(attempt.startedAt)
                #expect(try await bench.isFromNow(startedAt))
                #expect(try await bench.isFromNow(attempt.endedAt))
            }
            #expect(effect.outcome?.run == 4)
        },
        Case("failed and expired runs spend attempts; snoozed, interrupted and lost ones do not") { bench in
            try await bench.join()
            try await bench.request()
            for result in [Attempt.Result.failed, .snoozed, .failed, .interrupted] { try await bench.putBehind(result) }
            _ = try await bench.claimOne()
            #expect(try await bench.loseWorkers() == 1)
            let claimed = try await bench.claimOne()
            #expect(claimed.run == 6)
            #expect(claimed.history == EffectHistory(spent: 2, losses: 1, lossesAlone: 0))
        },
        Case("an effect that a person retries starts with all of its attempts") { bench in
            let id = try await bench.request()
            try await bench.putBehind(.failed, error: "first")
            try await bench.settle(try await bench.claimOne(), to: .ended(.failed, error: "second"))
            try await bench.command(.retry, on: id)
            let claimed = try await bench.claimOne()
            #expect(claimed.run == 3)
            #expect(claimed.history.spent == 0)
            #expect(try await bench.attempts(id) == [.failed, .retried])
            #expect(try await bench.effect(id).attempts.last?.error == "second")
            #expect(try await bench.effect(id).attempts.map(\.run) == [1, 2])
        },
        Case("a run that began at an unknown time is settled all the same") { bench in
            let id = try await bench.request()
            let claimed = try await bench.claimOne()
            let failed = Transition(to: .ready, attempted: .init(.failed, error: "broken"))
            _ = try await bench.store.settle([SettledRun(of: claimed, startedAt: nil, transition: failed)])
            #expect(try await bench.effect(id).attempts.map(\.startedAt) == [nil])
        },
    ]
}
