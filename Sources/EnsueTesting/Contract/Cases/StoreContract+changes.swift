internal import Ensue
internal import Testing

extension Bench {
    /// Expects that a new subscription reports `wanted` because of `action`, and not just everything.
    ///
    /// A store may report too much at any time, so that only a report which is to the point counts. There is one for
    /// what this process does; a store that never gives it is ended by the suite's time limit.
    fileprivate func expectReport(
        of wanted: StoreChanges, sourceLocation: SourceLocation = #_sourceLocation, when action: () async throws -> Void
    ) async throws {
        let changes = store.changes()
        try await action()
        for await change in changes where change.isSuperset(of: wanted) && change != .all { return }
        Issue.record("the changes ended before they reported \(wanted)", sourceLocation: sourceLocation)
    }
}

extension StoreContract {
    static let changes: [Case] = [
        Case("a recorded event is reported as one that waits to be routed") { bench in
            try await bench.expectReport(of: .events) { try await bench.record() }
        },
        Case("a requested effect is reported as one that can be claimed") { bench in
            try await bench.expectReport(of: .effects) { try await bench.request() }
        },
        Case("an effect that is due later is reported as one that waits for a time") { bench in
            try await bench.expectReport(of: .schedule) { try await bench.request(dueIn: .seconds(60)) }
        },
        Case("routing reports that effects can be claimed") { bench in
            try await bench.listen(.listening("l", .glob("*")))
            try await bench.record()
            try await bench.expectReport(of: .effects) { try await bench.route() }
        },
        Case("settling reports outcomes, endings that are followed, and times to wait for") { bench in
            try await bench.listenForEndings()
            try await bench.request(2)
            let claimed = try await bench.claim()
            try await bench.expectReport(of: [.outcomes, .endings]) { try await bench.settle(claimed[0]) }
            try await bench.expectReport(of: .schedule) {
                try await bench.settle(claimed[1], to: .deferred(within: .seconds(60)))
            }
        },
        Case("what a run recorded and requested is reported when it is settled") { bench in
            try await bench.request()
            let claimed = try await bench.claimOne()
            let event = EventDraft(type: "test.Recorded", data: .emptyObject)
            let request = EffectRequest(kind: "test.requested", payload: .emptyObject)
            try await bench.expectReport(of: [.events, .effects, .outcomes]) {
                try await bench.settle(claimed, events: [event], requests: [request])
            }
        },
        Case("the time that has come, a release and a rescue report that effects can be claimed") { bench in
            try await bench.join()
            try await bench.request(dueIn: .seconds(60))
            try await bench.advance(.seconds(120))
            try await bench.expectReport(of: .effects) { _ = try await bench.store.advance(limit: 10) }
            let claimed = try await bench.claimOne()
            try await bench.expectReport(of: .effects) {
                try await bench.store.release([claimed.id], of: claimed.lease)
            }
            _ = try await bench.claimOne()
            try await bench.expectReport(of: .effects) { try await bench.loseWorkers() }
        },
        Case("a cancellation of a running effect is reported as one") { bench in
            let id = try await bench.effect(in: .running)
            try await bench.expectReport(of: .cancellations) { try await bench.command(.cancel(reason: nil), on: id) }
        },
        Case("commands report what they make possible") { bench in
            let held = try await bench.effect(in: .held)
            try await bench.expectReport(of: .effects) { try await bench.command(.approve, on: held) }
            try await bench.expectReport(of: .outcomes) { try await bench.command(.cancel(reason: nil), on: held) }
            let cancelled = try await bench.effect(in: .cancelled)
            try await bench.expectReport(of: .effects) { try await bench.command(.retry, on: cancelled) }
        },
        Case("every subscription hears of every change") { bench in
            let other = bench.store.changes()
            try await bench.expectReport(of: .events) { try await bench.record() }
            #expect(await other.first { $0.contains(.events) && $0 != .all } != nil)
        },
    ]
}
