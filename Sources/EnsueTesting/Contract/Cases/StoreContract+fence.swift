internal import Ensue
internal import Testing

extension StoreContract {
    static let fence: [Case] = [
        Case("a result that comes after the effect was rescued is stale") { bench in
            try await bench.join()
            let id = try await bench.request()
            let late = try await bench.claimOne()
            try await bench.loseWorkers()
            #expect(try await bench.settle(late).stale == [id])
            #expect(try await bench.state(id) == .ready(run: 2))
            let second = try await bench.claimOne(as: .second)
            #expect(try await bench.settle(late).stale == [id])
            #expect(try await bench.state(id) == .running(run: 2, lease: second.lease))
            #expect(try await bench.settle(second).stale.isEmpty)
            #expect(try await bench.outcome(id).run == 2)
        },
        Case("a result that comes after a completion by token is stale") { bench in
            let id = try await bench.request()
            let claimed = try await bench.claimOne()
            let output = try JSONText(parsing: "1")
            try await bench.command(.complete(run: 1, .completed(output: output)), on: id)
            #expect(try await bench.settle(claimed, to: .ended(.failed, error: "too late")).stale == [id])
            #expect(try await bench.outcome(id).output == output)
        },
        Case("settling a run again is stale, also within one call") { bench in
            try await bench.request(2)
            let claimed = try await bench.claim()
            #expect(try await bench.settle(claimed[0]).stale.isEmpty)
            #expect(try await bench.settle(claimed[0], to: .ended(.failed, error: "x")).stale == [claimed[0].id])
            #expect(try await bench.outcome(claimed[0].id).kind == .completed)
            let run = SettledRun(of: claimed[1], startedAt: nil, transition: Transition(to: .ended(.completed)))
            let again = SettledRun(of: claimed[1], startedAt: nil, transition: Transition(to: .ready))
            #expect(try await bench.store.settle([run, again]).stale == [claimed[1].id])
            #expect(try await bench.outcome(claimed[1].id).kind == .completed)
        },
        Case("a deferred run cannot be settled by its former lease") { bench in
            let id = try await bench.request()
            let claimed = try await bench.claimOne()
            try await bench.settle(claimed, to: .deferred(within: .seconds(60)))
            #expect(try await bench.settle(claimed).stale == [id])
            #expect(try await bench.state(id).name == "deferred")
        },
        Case("a stale run hinders no other run of the same call") { bench in
            try await bench.request(3)
            let claimed = try await bench.claim()
            try await bench.settle(claimed[1])
            let runs = claimed.map {
                SettledRun(of: $0, startedAt: nil, transition: Transition(to: .ended(.completed)))
            }
            #expect(try await bench.store.settle(runs).stale == [claimed[1].id])
            for effect in claimed { #expect(try await bench.outcome(effect.id).kind == .completed) }
        },
        Case("stale results are counted") { bench in
            try await bench.request()
            let claimed = try await bench.claimOne()
            for _ in 1...3 { try await bench.settle(claimed) }
            #expect(try await bench.count(.stale) == 2)
            #expect(try await bench.count(.completed) == 1)
        },
    ]
}
