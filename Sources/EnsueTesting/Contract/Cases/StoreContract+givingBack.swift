internal import Ensue
internal import Testing

extension StoreContract {
    static let givingBack: [Case] = [
        Case("a released effect is as if it had never been claimed") { bench in
            let ids = try await bench.request(3)
            let claimed = try await bench.claim()
            try await bench.store.release([ids[0], ids[2]], of: claimed[0].lease)
            #expect(try await bench.state(ids[0]) == .ready(run: 1))
            #expect(try await bench.state(ids[1]) == .running(run: 1, lease: claimed[0].lease))
            #expect(try await bench.attempts(ids[0]).isEmpty)
            let again = try await bench.claim(as: .second)
            #expect(again.map(\.id) == [ids[0], ids[2]])
            #expect(again.map(\.run) == [1, 1])
            #expect(again.map(\.history) == [EffectHistory(), EffectHistory()])
        },
        Case("a released effect keeps the number of its run and its earlier runs") { bench in
            let id = try await bench.request()
            try await bench.putBehind(.failed, error: "first")
            let second = try await bench.claimOne()
            try await bench.store.release([id], of: second.lease)
            #expect(try await bench.state(id) == .ready(run: 2))
            #expect(try await bench.attempts(id) == [.failed])
            #expect(try await bench.claimOne().history.spent == 1)
        },
        Case("what was released cannot be settled by the former lease") { bench in
            let id = try await bench.request()
            let claimed = try await bench.claimOne()
            try await bench.store.release([id], of: claimed.lease)
            #expect(try await bench.settle(claimed).stale == [id])
        },
        Case("releasing what the lease does not hold changes nothing") { bench in
            try await bench.join()
            try await bench.request(2)
            let lost = try await bench.claim(limit: 1)[0]
            let other = try await bench.claim(limit: 1, as: .second)[0]
            try await bench.store.release([other.id], of: lost.lease)
            try await bench.store.release([other.id, lost.id], of: bench.newLease())
            #expect(try await bench.state(other.id) == .running(run: 1, lease: other.lease))
            #expect(try await bench.state(lost.id) == .running(run: 1, lease: lost.lease))
            try await bench.settle(other)
            try await bench.store.release([other.id], of: other.lease)
            #expect(try await bench.outcome(other.id).kind == .completed)
        },
        Case("a worker that leaves gives back what it still has") { bench in
            try await bench.join(as: .first)
            try await bench.join(as: .second)
            try await bench.request(3)
            let first = try await bench.claim(limit: 2, as: .first)
            let second = try await bench.claim(limit: 1, as: .second)
            try await bench.settle(first[0])
            try await bench.store.leave(.first)
            #expect(try await bench.outcome(first[0].id).kind == .completed)
            #expect(try await bench.state(first[1].id).name == "ready")
            #expect(try await bench.state(second[0].id) == .running(run: 1, lease: second[0].lease))
            #expect(try await bench.settle(first[1]).stale == [first[1].id])
            #expect(try await bench.claim(as: .second).map(\.id) == [first[1].id])
        },
        Case("what must not be repeated blindly is not given back by a worker that leaves: it may have begun") {
            bench in
            try await bench.join([Bench.kind: .atMostOnce])
            let id = try await bench.effect(in: .running)
            try await bench.store.leave(.first)
            #expect(try await bench.state(id) == .uncertain(run: 1))
            #expect(try await bench.attempts(id) == [.lost])
        },
        Case("what must not be repeated blindly is not given back when its worker has forgotten it") { bench in
            try await bench.join([Bench.kind: .atMostOnce])
            let id = try await bench.effect(in: .running)
            try await bench.advance(Bench.lease / 2)
            _ = try await bench.beat()
            #expect(try await bench.state(id) == .uncertain(run: 1))
        },
        Case("a worker that is unknown may leave") { bench in
            try await bench.store.leave(WorkerID(rawValue: 77))
            #expect(try await bench.beat(as: WorkerID(rawValue: 77)).alive.isEmpty)
        },
    ]
}
