internal import Ensue
internal import Testing

extension StoreContract {
    /// What a run records and requests.
    private static let event = EventDraft(type: "test.Recorded", data: .emptyObject, key: "from a run")
    private static let request = EffectRequest(kind: "test.requested", payload: .emptyObject, key: "from a run")

    static let buffered: [Case] = [
        Case("what a run recorded and requested is stored when it is settled") { bench in
            try await bench.listen(.listening("l", .exact("test.Recorded")))
            try await bench.request()
            let claimed = try await bench.claimOne()
            var (event, request) = (Self.event, Self.request)
            event.cause = claimed.id
            event.depth = 1
            request.origin = EffectOrigin(effect: claimed.id)
            request.depth = 1
            try await bench.settle(claimed, events: [event], requests: [request])
            let requested = try await bench.claimOne("test.requested")
            #expect(requested.origin.effect == claimed.id)
            #expect(requested.depth == 1)
            #expect(try await bench.route().effects == 1)
            let recorded = try #require(try await bench.claimOne("listener.l").event)
            #expect(recorded.cause == claimed.id)
            #expect(recorded.depth == 1)
        },
        Case("a run that is parked or repeated may record and request as well") { bench in
            try await bench.request(2)
            let claimed = try await bench.claim()
            var another = Self.request
            another.key = nil
            try await bench.settle(claimed[0], to: .deferred(within: .seconds(60)), requests: [Self.request])
            try await bench.settle(
                claimed[1], to: .scheduled(after: .seconds(60)), attempted: .init(.snoozed), requests: [another])
            #expect(try await bench.claim(["test.requested"]).count == 2)
        },
        Case("nothing of what a stale run recorded and requested is stored") { bench in
            try await bench.join()
            try await bench.request()
            let late = try await bench.claimOne()
            try await bench.loseWorkers()
            try await bench.settle(late, events: [Self.event], requests: [Self.request])
            #expect(try await bench.claim(["test.requested"]).isEmpty)
            #expect(try await bench.route().events == 0)
            #expect(try await !bench.store.record([Self.event])[0].isDuplicate)
            #expect(try await !bench.store.request([Self.request])[0].isDuplicate)
        },
        Case("a run may request what has been requested already: it is not requested again") { bench in
            _ = try await bench.store.request([Self.request])
            _ = try await bench.store.record([Self.event])
            try await bench.request()
            let claimed = try await bench.claimOne()
            let report = try await bench.settle(
                claimed, events: [Self.event, Self.event], requests: [Self.request, Self.request])
            #expect(report.stale.isEmpty)
            #expect(try await bench.outcome(claimed.id).kind == .completed)
            #expect(try await bench.claim(["test.requested"]).count == 1)
            #expect(try await bench.route().events == 1)
        },
        Case("a request that cannot be stored leaves the whole call undone, and is no passing fault") { bench in
            try await bench.request(2)
            let claimed = try await bench.claim()
            var bad = Self.request
            bad.key = String(repeating: "x", count: 501)
            let runs = [
                SettledRun(of: claimed[0], startedAt: nil, transition: Transition(to: .ended(.completed))),
                SettledRun(
                    of: claimed[1], startedAt: nil, transition: Transition(to: .ended(.completed)),
                    requests: [Self.request, bad]),
            ]
            let error = await #expect(throws: StoreError.self) { try await bench.store.settle(runs) }
            #expect(error?.isTransient == false)
            for effect in claimed { #expect(try await bench.state(effect.id).name == "running") }
            #expect(try await bench.claim(["test.requested"]).isEmpty)
            #expect(try await bench.settle(claimed[0]).stale.isEmpty)
        },
    ]
}
