internal import Ensue
internal import Synchronization
internal import Testing

private struct WriteFailed: Error {}

extension StoreContract {
    static let transactionWork: [Case] = [
        Case("the result of a handler's own writes is the effect's output, and its requests are stored") { bench in
            let id = try await bench.request()
            let claimed = try await bench.claimOne()
            let output = try JSONText(parsing: "42")
            let request = EffectRequest(kind: "test.requested", payload: .emptyObject)
            let work = TransactionWork(storeID: bench.store.identity.id) { _ in
                TransactionResult(
                    output: output, events: [EventDraft(type: "test.Recorded", data: .emptyObject)],
                    requests: [request])
            }
            let report = try await bench.settle(claimed, work: work)
            #expect(report.stale.isEmpty)
            #expect(try await bench.outcome(id).output == output)
            #expect(try await bench.claim(["test.requested"]).count == 1)
            #expect(try await bench.route().events == 1)
        },
        Case("a run whose own writes throw stays open, and hinders no other run of the call") { bench in
            try await bench.request(2)
            let claimed = try await bench.claim()
            let work = TransactionWork(storeID: bench.store.identity.id) { _ in throw WriteFailed() }
            let completed = Transition(to: .ended(.completed))
            let report = try await bench.store.settle([
                SettledRun(of: claimed[0], startedAt: nil, transition: completed, work: work),
                SettledRun(of: claimed[1], startedAt: nil, transition: completed),
            ])
            #expect(report.stale.isEmpty)
            #expect(Array(report.failedWork.keys) == [claimed[0].id])
            #expect(report.failedWork[claimed[0].id] is WriteFailed)
            #expect(try await bench.state(claimed[0].id) == .running(run: 1, lease: claimed[0].lease))
            #expect(try await bench.outcome(claimed[1].id).kind == .completed)
            #expect(try await bench.settle(claimed[0], .failed(error: "x", delay: nil)).stale.isEmpty)
        },
        Case("the own writes of a stale run are not done") { bench in
            try await bench.join()
            try await bench.request()
            let late = try await bench.claimOne()
            try await bench.loseWorkers()
            let wasDone = Atomic(false)
            let work = TransactionWork(storeID: bench.store.identity.id) { _ in
                wasDone.store(true, ordering: .relaxed)
                return TransactionResult(output: nil, events: [], requests: [])
            }
            #expect(try await bench.settle(late, work: work).stale == [late.id])
            let hasHappened = wasDone.load(ordering: .relaxed)
            #expect(!hasHappened)
        },
    ]
}
