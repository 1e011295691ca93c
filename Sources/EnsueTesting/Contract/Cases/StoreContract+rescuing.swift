internal import Ensue
internal import Testing

extension StoreContract {
    static let rescuing: [Case] = [
        Case("an expired lease is taken back: its effects run again, and the lost runs are in the ledger") { bench in
            try await bench.join()
            let ids = try await bench.request(3)
            _ = try await bench.claim()
            #expect(try await bench.loseWorkers() == 3)
            for id in ids {
                #expect(try await bench.state(id) == .ready(run: 2))
                #expect(try await bench.attempts(id) == [.lost])
            }
            #expect(try await bench.claim(as: .second).map(\.run) == [2, 2, 2])
        },
        Case("a lease that has not expired is not taken back") { bench in
            try await bench.join()
            try await bench.request()
            let claimed = try await bench.claimOne()
            try await bench.advance(Bench.lease - .seconds(30))
            #expect(try await bench.store.rescue(limit: 10).effects == 0)
            #expect(try await bench.state(claimed.id) == .running(run: 1, lease: claimed.lease))
            try await bench.advance(.seconds(30))
            #expect(try await bench.store.rescue(limit: 10).effects == 1)
        },
        Case("an effect that must not be repeated blindly becomes uncertain") { bench in
            try await bench.join([Bench.kind: .atMostOnce, "test.other": .standard])
            let held = try await bench.request()
            let other = try await bench.request("test.other")
            _ = try await bench.claim([Bench.kind, "test.other"])
            #expect(try await bench.loseWorkers() == 2)
            #expect(try await bench.state(held) == .uncertain(run: 1))
            #expect(try await bench.attempts(held) == [.lost])
            #expect(try await bench.state(other) == .ready(run: 2))
            #expect(try await bench.claim().isEmpty)
        },
        Case("rescuing takes back no more effects than it is asked for, and in the end all") { bench in
            try await bench.join()
            try await bench.request(12)
            for _ in 1...4 { _ = try await bench.claim(limit: 3) }
            try await bench.advance(Bench.lease * 2)
            var rescued: [Int] = []
            repeat { rescued.append(try await bench.store.rescue(limit: 5).effects) } while rescued.last != 0
            #expect(rescued.allSatisfy { $0 <= 5 })
            #expect(rescued.reduce(0, +) == 12)
            #expect(try await bench.claim().count == 12)
        },
        Case("a lease is taken back once, whoever looks") { bench in
            try await bench.join()
            try await bench.request(4)
            _ = try await bench.claim()
            #expect(try await bench.loseWorkers() == 4)
            #expect(try await bench.store.rescue(limit: 10).effects == 0)
            #expect(try await bench.count(.lost) == 4)
        },
    ]

    static let poison: [Case] = [
        Case("an effect whose workers died twice is leased alone from then on") { bench in
            try await bench.join()
            let suspect = try await bench.request()
            for _ in 1...2 {
                _ = try await bench.claim()
                try await bench.loseWorkers()
            }
            let others = try await bench.request(3)
            let claimed = try await bench.claim()
            #expect(Set(claimed.map(\.id)) == Set(others + [suspect]))
            let lease = try #require(claimed.first { $0.id == suspect }).lease
            #expect(claimed.count { $0.lease == lease } == 1)
            #expect(claimed.first { $0.id == suspect }?.history.losses == 2)
            #expect(Set(claimed.filter { $0.id != suspect }.map(\.lease)).count == 1)
        },
        Case("each suspect of one claim has a lease of its own, counted from the claim's first") { bench in
            try await bench.join()
            try await bench.request(3)
            for _ in 1...2 {
                _ = try await bench.claim()
                try await bench.loseWorkers()
            }
            try await bench.request(1)
            let claim = Claim(
                worker: .first, firstLease: bench.newLease(), quotas: [Claim.Quota(kind: Bench.kind, limit: 10)],
                lease: Bench.lease)
            let leases = Set(try await bench.store.claim(claim).map(\.lease))
            #expect(leases == Set((0..<4).map { claim.lease($0) }))
        },
        Case("losses in company never fail an effect; the third loss alone does") { bench in
            try await bench.join()
            let suspect = try await bench.request()
            for loss in 1...4 {
                _ = try await bench.claim()
                try await bench.loseWorkers()
                #expect(try await bench.state(suspect) == .ready(run: loss + 1))
            }
            let last = try await bench.claimOne()
            #expect(last.history == EffectHistory(spent: 0, losses: 4, lossesAlone: 2))
            #expect(try await bench.loseWorkers() == 1)
            let outcome = try await bench.outcome(suspect)
            #expect(outcome.kind == .failed)
            #expect(outcome.run == 5)
            #expect(outcome.error != nil)
        },
        Case("a suspect that is settled after all is like any other") { bench in
            try await bench.join()
            let suspect = try await bench.request()
            for _ in 1...3 {
                _ = try await bench.claim()
                try await bench.loseWorkers()
            }
            try await bench.settle(try await bench.claimOne())
            #expect(try await bench.outcome(suspect).kind == .completed)
        },
    ]
}
