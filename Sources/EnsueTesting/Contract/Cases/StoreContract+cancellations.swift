internal import Ensue
internal import Testing

extension StoreContract {
    static let cancellations: [Case] = [
        Case("cancelling a running effect tells its worker, with its next heartbeat") { bench in
            try await bench.join()
            try await bench.request(2)
            let claimed = try await bench.claim()
            let record = try await bench.command(.cancel(reason: nil), on: claimed[0].id)
            #expect(record.state == .running(run: 1, lease: claimed[0].lease))
            let reply = try await bench.beat([claimed[0].lease])
            #expect(reply.cancelled == [claimed[0].id])
            #expect(reply.alive == [claimed[0].lease])
            try await bench.settle(claimed[0], .cancelled)
            #expect(try await bench.outcome(claimed[0].id).kind == .cancelled)
            #expect(try await bench.state(claimed[1].id).name == "running")
        },
        Case("cancelling twice tells the worker once, and another worker never") { bench in
            try await bench.join(as: .first)
            try await bench.join(as: .second)
            let id = try await bench.request()
            let claimed = try await bench.claimOne(as: .first)
            for _ in 1...2 { try await bench.command(.cancel(reason: nil), on: id) }
            #expect(try await bench.beat(as: .second).cancelled.isEmpty)
            #expect(try await bench.beat([claimed.lease], as: .first).cancelled == [id])
        },
        Case("a handler that finishes in spite of a cancellation has completed its effect") { bench in
            let id = try await bench.request()
            let claimed = try await bench.claimOne()
            try await bench.command(.cancel(reason: nil), on: id)
            #expect(try await bench.settle(claimed).stale.isEmpty)
            #expect(try await bench.outcome(id).kind == .completed)
        },
        Case("a settled effect is not reported as cancelled any more") { bench in
            try await bench.join()
            try await bench.request(2)
            let claimed = try await bench.claim()
            try await bench.command(.cancel(reason: nil), on: claimed[0].id)
            try await bench.settle(claimed[0])
            #expect(try await bench.beat([claimed[0].lease]).cancelled.isEmpty)
        },
        Case("a cancelled effect does not run again when its worker dies") { bench in
            try await bench.join()
            try await bench.request(2)
            let claimed = try await bench.claim()
            try await bench.command(.cancel(reason: nil), on: claimed[0].id)
            try await bench.loseWorkers()
            #expect(try await bench.outcome(claimed[0].id).kind == .cancelled)
            #expect(try await bench.state(claimed[1].id) == .ready(run: 2))
        },
        Case("a cancelled effect does not run again when its run failed before it heard of that") { bench in
            let id = try await bench.request()
            let claimed = try await bench.claimOne()
            try await bench.command(.cancel(reason: nil), on: id)
            try await bench.settle(claimed, .failed(error: "broken", delay: nil))
            #expect(try await bench.outcome(id).kind == .cancelled)
        },
        Case("a cancelled effect does not run again when its failure is reported by token") { bench in
            let id = try await bench.effect(in: .running)
            try await bench.command(.cancel(reason: nil), on: id)
            try await bench.command(.complete(run: 1, .failed(error: "broken", retry: true)), on: id)
            #expect(try await bench.outcome(id).kind == .cancelled)
        },
        Case("a cancelled effect does not run again when it is given back") { bench in
            let id = try await bench.request()
            let claimed = try await bench.claimOne()
            try await bench.command(.cancel(reason: nil), on: id)
            try await bench.store.release([id], of: claimed.lease)
            #expect(try await bench.outcome(id).kind == .cancelled)
        },
    ]
}
