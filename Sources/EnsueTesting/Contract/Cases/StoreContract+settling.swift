internal import Ensue
internal import Testing

extension StoreContract {
    static let settling: [Case] = [
        Case("a completed effect has its output, its times and its run in the ledger") { bench in
            let id = try await bench.request()
            let claimed = try await bench.claimOne()
            let output = try JSONText(parsing: #"{ "messageID": "ü", "n": 1.10 }"#)
            try await bench.settle(claimed, to: .ended(.completed, output: output))
            let outcome = try await bench.outcome(id)
            #expect(outcome.kind == .completed)
            #expect(outcome.run == 1)
            #expect(outcome.output?.text.utf8.elementsEqual(output.text.utf8) == true, "kept to the byte")
            #expect(outcome.error == nil)
            let startedAt = try #require(outcome.startedAt)
            #expect(try await bench.isFromNow(startedAt))
            #expect(try await bench.isFromNow(outcome.completedAt))
            #expect(outcome.completedAt >= startedAt)
        },
        Case("a failed effect has its error, a cancelled one its reason") { bench in
            try await bench.request(2)
            let claimed = try await bench.claim()
            try await bench.settle(claimed[0], to: .ended(.failed, error: "it's broken"))
            try await bench.settle(claimed[1], to: .ended(.cancelled, error: "cancelled"))
            #expect(try await bench.outcome(claimed[0].id).error == "it's broken")
            #expect(try await bench.outcome(claimed[0].id).kind == .failed)
            #expect(try await bench.outcome(claimed[1].id).kind == .cancelled)
            #expect(try await bench.outcome(claimed[1].id).error == "cancelled")
        },
        Case("an output of null is not the same as none") { bench in
            try await bench.request(2)
            let claimed = try await bench.claim()
            try await bench.settle(claimed[0], to: .ended(.completed, output: JSONText(.null)))
            try await bench.settle(claimed[1], to: .ended(.completed))
            #expect(try await bench.outcome(claimed[0].id).output == JSONText(.null))
            #expect(try await bench.outcome(claimed[1].id).output == nil)
        },
        Case("an error may be any text") { bench in
            let id = try await bench.request()
            let error = "it's \u{0} \"broken\"\n\\ \u{FFFF} 🎈" + String(repeating: "x", count: 100_000)
            try await bench.settle(try await bench.claimOne(), to: .ended(.failed, error: error))
            let stored = try #require(try await bench.outcome(id).error)
            #expect(stored.hasPrefix("it's "))
        },
        Case("a run that is put behind makes the effect ready for the next") { bench in
            let id = try await bench.request()
            try await bench.settle(try await bench.claimOne(), to: .ready, attempted: .init(.failed, error: "once"))
            #expect(try await bench.state(id) == .ready(run: 2))
            #expect(try await bench.claimOne().run == 2)
        },
        Case("a deferred run keeps its number, lease and deadline") { bench in
            let id = try await bench.request()
            let claimed = try await bench.claimOne()
            try await bench.settle(claimed, to: .deferred(within: .seconds(7200)))
            guard case .deferred(let run, let lease, let deadline) = try await bench.state(id) else {
                Issue.record("it should be deferred")
                return
            }
            #expect(run == 1)
            #expect(lease == claimed.lease)
            #expect(try await bench.isFromNow(deadline, .seconds(7200)))
            #expect(try await bench.attempts(id).isEmpty)
            #expect(try await bench.claim().isEmpty)
        },
        Case("an uncertain effect waits for a decision") { bench in
            let id = try await bench.request()
            try await bench.settle(
                try await bench.claimOne(), to: .uncertain, attempted: .init(.interrupted, error: "stopped"))
            #expect(try await bench.state(id) == .uncertain(run: 1))
            #expect(try await bench.attempts(id) == [.interrupted])
            #expect(try await bench.claim().isEmpty)
        },
    ]

    static let settlingInParts: [Case] = [
        Case("the runs of one lease may be settled one after the other, in any order") { bench in
            try await bench.request(3)
            let claimed = try await bench.claim()
            try #require(claimed.count == 3)
            try await bench.settle(claimed[1])
            #expect(try await bench.state(claimed[0].id) == .running(run: 1, lease: claimed[0].lease))
            #expect(try await bench.outcome(claimed[1].id).kind == .completed)
            try await bench.settle(claimed[2], .failed(error: "broken", delay: nil))
            #expect(try await bench.settle(claimed[0]).stale.isEmpty)
            #expect(try await bench.outcome(claimed[0].id).kind == .completed)
            #expect(try await bench.attempts(claimed[2].id) == [.failed])
        },
        Case("one call settles runs of several leases, each to its own end") { bench in
            try await bench.request(4)
            let first = try await bench.claim(limit: 2)
            let second = try await bench.claim(limit: 2, as: .second)
            let destinations: [Transition.Destination] = [
                .ended(.completed), .scheduled(after: .seconds(60)), .ended(.failed, error: "broken"),
                .deferred(within: .seconds(60)),
            ]
            let runs = zip(first + second, destinations).map { claimed, destination in
                SettledRun(of: claimed, startedAt: nil, transition: Transition(to: destination))
            }
            let report = try await bench.store.settle(runs)
            #expect(report.stale.isEmpty)
            #expect(report.failedWork.isEmpty)
            var names: [String] = []
            for claimed in first + second { names.append(try await bench.state(claimed.id).name) }
            #expect(names == ["completed", "scheduled", "failed", "deferred"])
        },
        Case("what is left of a partly settled lease is rescued, and nothing else") { bench in
            try await bench.join()
            try await bench.request(3)
            let claimed = try await bench.claim()
            try await bench.settle(claimed[0])
            try await bench.settle(claimed[1], to: .deferred(within: .seconds(86_400)))
            #expect(try await bench.loseWorkers() == 1)
            #expect(try await bench.outcome(claimed[0].id).kind == .completed)
            #expect(try await bench.state(claimed[1].id).name == "deferred")
            #expect(try await bench.state(claimed[2].id) == .ready(run: 2))
        },
    ]
}
