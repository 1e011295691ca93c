internal import Ensue
internal import Testing

extension Bench {
    /// Does the same thing `count` times at once and returns all results.
    fileprivate func atOnce<Result: Sendable>(
        _ count: Int = 8, _ body: @escaping @Sendable @concurrent (Int) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: Result.self) { group in
            for number in 0..<count { group.addTask { try await body(number) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}

extension StoreContract {
    static let concurrency: [Case] = [
        Case("one of many records with the same key at once is the first") { bench in
            let receipts = try await bench.atOnce { _ in
                try await bench.store.record([EventDraft(type: "test.Happened", data: .emptyObject, key: "same")])[0]
            }
            #expect(receipts.count { !$0.isDuplicate } == 1)
            #expect(Set(receipts.map(\.id)).count == 1)
        },
        Case("claims made at once have nothing in common and leave nothing behind") { bench in
            let ids = try await bench.request(200)
            let claimed = try await bench.atOnce { number in
                try await bench.claim(limit: 40, as: WorkerID(rawValue: Int64(number + 1)))
            }.flatMap { $0 }
            #expect(claimed.count == 200)
            #expect(Set(claimed.map(\.id)) == Set(ids))
        },
        Case("an event is routed once, however many route at once") { bench in
            try await bench.listen(.listening("l", .glob("*")))
            for _ in 1...20 { try await bench.record() }
            let reports = try await bench.atOnce { _ in try await bench.store.route(limit: 7) }
            let effects = reports.reduce(0) { $0 + $1.effects } + (try await bench.route().effects)
            #expect(effects == 20)
            #expect(try await bench.claim(["listener.l"]).count == 20)
        },
        Case("of results for one run that come at once, one counts") { bench in
            let id = try await bench.request()
            let claimed = try await bench.claimOne()
            let stale = try await bench.atOnce { number in
                try await bench.settle(
                    claimed, to: .ended(.completed, output: try JSONText(parsing: "\(number)"))
                ).stale.count
            }
            #expect(stale.reduce(0, +) == 7)
            #expect(try await bench.outcome(id).kind == .completed)
        },
        Case("a result, a completion and a rescue that come at once leave the effect in one place") { bench in
            try await bench.join()
            let ids = try await bench.request(20)
            let claimed = try await bench.claim()
            try await bench.advance(Bench.lease * 2)
            _ = try await bench.atOnce(60) { number in
                let index = number / 3
                switch number % 3 {
                case 0: try await bench.settle(claimed[index], to: .ended(.completed))
                case 1: _ = try await bench.store.rescue(limit: 5)
                default: await bench.completeIfAllowed(ids[index])
                }
            }
            while try await bench.store.rescue(limit: 100).effects > 0 {}
            let ended = try await bench.ended(ids)
            #expect(try await bench.claim().count == 20 - ended)
            #expect(try await bench.count(.completed) == ended)
        },
        Case("what was acknowledged is seen by the next look, however many look at once") { bench in
            let unseen = try await bench.atOnce(100) { _ in
                var unseen = 0
                for _ in 0..<10 {
                    let id = try await bench.request()
                    if try await bench.store.effect(id) == nil { unseen += 1 }
                }
                return unseen
            }
            #expect(unseen.reduce(0, +) == 0)
        },
    ]
}

extension Bench {
    fileprivate func completeIfAllowed(_ id: EffectID) async {
        do {
            _ = try await store.command(.complete(run: 1, .completed(output: nil)), on: id, random: 0.5)
        } catch is Refusal {
            return
        } catch { Issue.record(error) }
    }

    fileprivate func ended(_ ids: [EffectID]) async throws -> Int {
        var count = 0
        for id in ids where try await effect(id).outcome != nil { count += 1 }
        return count
    }
}
