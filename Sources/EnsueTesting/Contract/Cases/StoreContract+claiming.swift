internal import Ensue
internal import Testing

extension StoreContract {
    static let claiming: [Case] = [
        Case("a claim brings all that a run needs") { bench in
            try await bench.join()
            var request = EffectRequest(
                account: "acme", kind: Bench.kind, payload: try JSONText(parsing: "[1]"), key: "k")
            request.origin = EffectOrigin(effect: EffectID(rawValue: 3))
            request.depth = 2
            let id = try await bench.store.request([request])[0].id
            let claimed = try await bench.claimOne()
            #expect(claimed.id == id)
            #expect(claimed.account == "acme")
            #expect(claimed.kind == Bench.kind)
            #expect(claimed.payload.text == "[1]")
            #expect(claimed.key == "k")
            #expect(claimed.run == 1)
            #expect(claimed.history == EffectHistory())
            #expect(claimed.origin == request.origin)
            #expect(claimed.depth == 2)
            #expect(claimed.event == nil)
            #expect(try await bench.state(id) == .running(run: 1, lease: claimed.lease))
        },
        Case("an effect is claimed once") { bench in
            let ids = try await bench.request(5)
            let first = try await bench.claim(limit: 3, as: .first)
            let second = try await bench.claim(limit: 3, as: .second)
            #expect((first + second).map(\.id).sorted() == ids)
            #expect(try await bench.claim().isEmpty)
        },
        Case("a claim takes of each kind as much as its quota, and of other kinds nothing") { bench in
            try await bench.request(5, of: "test.a")
            try await bench.request(5, of: "test.b")
            try await bench.request(5, of: "test.c")
            let claim = Claim(
                worker: .first, firstLease: bench.newLease(),
                quotas: [Claim.Quota(kind: "test.a", limit: 2), Claim.Quota(kind: "test.b", limit: 7)],
                lease: Bench.lease)
            let claimed = try await bench.store.claim(claim)
            #expect(claimed.count { $0.kind == "test.a" } == 2)
            #expect(claimed.count { $0.kind == "test.b" } == 5)
            #expect(claimed.count == 7)
            #expect(Set(claimed.map(\.lease)) == [claim.firstLease])
        },
        Case("within an account the urgent come first, and the older before the younger") { bench in
            var expected: [Priority: [EffectID]] = [:]
            for priority in [Priority.low, .normal, .urgent, .high, .urgent, .low] {
                expected[priority, default: []].append(try await bench.request(priority: priority))
            }
            var claimed: [EffectID] = []
            while let next = try await bench.claim(limit: 1).first { claimed.append(next.id) }
            #expect(claimed == Priority.allCases.sorted().flatMap { expected[$0] ?? [] })
        },
        Case("one claim hands its effects over in the order in which they should start") { bench in
            let last = try await bench.request(priority: .low)
            let middle = try await bench.request(3)
            let first = try await bench.request(priority: .urgent)
            #expect(try await bench.claim().map(\.id) == [first] + middle + [last])
        },
        Case("a run that follows another has the next number and knows what came before") { bench in
            let id = try await bench.request()
            try await bench.settle(try await bench.claimOne(), .failed(error: "broken", delay: .seconds(60)))
            try await bench.advance(.seconds(120))
            _ = try await bench.store.advance(limit: 10)
            let second = try await bench.claimOne()
            #expect(second.id == id)
            #expect(second.run == 2)
            #expect(second.history == EffectHistory(spent: 1))
        },
    ]

    static let fairness: [Case] = [
        Case("an account with a thousand effects waiting does not keep another's one waiting") { bench in
            try await bench.request(1000, account: "busy")
            let quiet = try await bench.request(account: "quiet")
            #expect(try await bench.claim(limit: 10).contains { $0.id == quiet })
        },
        Case("accounts that all have work waiting get equal shares") { bench in
            for account in ["a", "b", "c"] as [Account] { try await bench.request(100, account: account) }
            let claimed = try await bench.claim(limit: 30)
            for account in ["a", "b", "c"] as [Account] {
                #expect((5...15).contains(claimed.count { $0.account == account }), "account \(account)")
            }
        },
        Case("where there are more accounts than room, all have their turn") { bench in
            let accounts = (1...8).map { Account(wellFormed: "account-\($0)") }
            for account in accounts { try await bench.request(50, account: account) }
            var served: Set<Account> = []
            for _ in 1...12 { served.formUnion(try await bench.claim(limit: 2).map(\.account)) }
            #expect(served == Set(accounts))
        },
        Case("room that one account does not need goes to another") { bench in
            try await bench.request(100, account: "busy")
            try await bench.request(1, account: "quiet")
            #expect(try await bench.claim(limit: 20).count == 20)
        },
        Case("urgent effects of one account do not come before another account's") { bench in
            let urgent = EffectRequest(
                account: "pushy", kind: Bench.kind, payload: .emptyObject, priority: .urgent)
            _ = try await bench.store.request(Array(repeating: urgent, count: 100))
            let modest = try await bench.request(account: "modest", priority: .low)
            var claimed: [EffectID] = []
            for _ in 1...4 { claimed += try await bench.claim(limit: 5).map(\.id) }
            #expect(claimed.contains(modest))
        },
    ]
}
