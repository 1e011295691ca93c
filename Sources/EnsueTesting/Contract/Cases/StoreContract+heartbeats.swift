internal import Ensue
internal import Testing

extension StoreContract {
    static let heartbeats: [Case] = [
        Case("a heartbeat extends the leases that it names") { bench in
            try await bench.join()
            let id = try await bench.request()
            let claimed = try await bench.claimOne()
            for _ in 1...3 {
                try await bench.advance(Bench.lease * 2 / 3)
                #expect(try await bench.beat([claimed.lease]).alive == [claimed.lease])
                #expect(try await bench.store.rescue(limit: 10).effects == 0)
            }
            #expect(try await bench.state(id) == .running(run: 1, lease: claimed.lease))
        },
        Case("a heartbeat tells which leases the worker still has") { bench in
            try await bench.join()
            try await bench.request(3)
            let lost = try await bench.claim(limit: 1)[0]
            try await bench.loseWorkers()
            let kept = try await bench.claim(limit: 1)[0]
            let settled = try await bench.claim(limit: 1)[0]
            try await bench.settle(settled)
            let upcoming = bench.newLease()
            let reply = try await bench.beat([lost.lease, kept.lease, upcoming])
            #expect(reply.alive.contains(kept.lease))
            #expect(!reply.alive.contains(lost.lease))
            #expect(!reply.alive.contains(upcoming))
            #expect(reply.cancelled.isEmpty)
        },
        Case("a lease that its worker does not know is given back once it is a third of a lease old") { bench in
            try await bench.join()
            let id = try await bench.request()
            let unknown = try await bench.claimOne()
            try await bench.advance(Bench.lease / 4)
            _ = try await bench.beat()
            #expect(try await bench.state(id) == .running(run: 1, lease: unknown.lease), "its claim may be in flight")
            try await bench.advance(Bench.lease / 4)
            _ = try await bench.beat()
            #expect(try await bench.state(id).name == "ready")
            #expect(try await bench.settle(unknown).stale == [id])
            #expect(try await bench.claim().map(\.id) == [id])
        },
        Case("a heartbeat that names a lease keeps it, however old it is") { bench in
            try await bench.join()
            let id = try await bench.request()
            let claimed = try await bench.claimOne()
            try await bench.advance(Bench.lease / 2)
            _ = try await bench.beat([claimed.lease])
            try await bench.advance(Bench.lease / 2)
            _ = try await bench.beat([claimed.lease])
            #expect(try await bench.state(id) == .running(run: 1, lease: claimed.lease))
        },
        Case("a heartbeat leaves other workers' leases alone") { bench in
            try await bench.join(as: .first)
            try await bench.join(as: .second)
            let id = try await bench.request()
            let claimed = try await bench.claimOne(as: .first)
            try await bench.advance(Bench.lease / 2)
            #expect(try await bench.beat([claimed.lease], as: .second).alive.isEmpty)
            #expect(try await bench.state(id) == .running(run: 1, lease: claimed.lease))
            try await bench.advance(Bench.lease * 2 / 3)
            #expect(try await bench.store.rescue(limit: 10).effects == 1)
        },
    ]
}
