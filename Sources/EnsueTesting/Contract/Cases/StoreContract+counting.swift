internal import Ensue
internal import Testing

extension StoreContract {
    static let counting: [Case] = [
        Case("outcomes are counted by account and kind") { bench in
            try await bench.request(3)
            try await bench.request(2, account: "acme")
            try await bench.request(1, of: "test.other")
            for claimed in try await bench.claim([Bench.kind, "test.other"]) { try await bench.settle(claimed) }
            #expect(try await bench.count(.completed) == 3)
            #expect(try await bench.count(.completed, account: "acme") == 2)
            #expect(try await bench.count(.completed, kind: "test.other") == 1)
            #expect(try await bench.count(.failed) == 0)
        },
        Case("what happens to runs is counted by what it was") { bench in
            try await bench.join()
            try await bench.request()
            for result in [Attempt.Result.failed, .failed, .snoozed, .interrupted] { try await bench.putBehind(result) }
            _ = try await bench.claimOne()
            try await bench.loseWorkers()
            try await bench.settle(try await bench.claimOne(), to: .ended(.failed, error: "broken"))
            #expect(try await bench.count(.retried) == 2)
            #expect(try await bench.count(.snoozed) == 1)
            #expect(try await bench.count(.interrupted) == 1)
            #expect(try await bench.count(.lost) == 1)
            #expect(try await bench.count(.failed) == 1)
        },
        Case("a deferral that was in vain is counted as a retry") { bench in
            try await bench.join()
            _ = try await bench.effect(in: .deferred)
            try await bench.advance(.seconds(7200))
            _ = try await bench.store.advance(limit: 10)
            #expect(try await bench.count(.retried) == 1)
        },
        Case("counters go on from minute to minute") { bench in
            for _ in 1...3 {
                try await bench.request()
                try await bench.settle(try await bench.claimOne())
                try await bench.advance(.seconds(90))
            }
            #expect(try await bench.count(.completed) == 3)
        },
        Case("cancellations by command are counted") { bench in
            let id = try await bench.effect(in: .ready)
            try await bench.command(.cancel(reason: nil), on: id)
            #expect(try await bench.count(.cancelled) == 1)
        },
    ]

    static let kinds: [Case] = [
        Case("a kind is known once a worker has registered it, for seven days") { bench in
            #expect(try await bench.store.knownKinds().isEmpty)
            try await bench.request("test.unknown")
            try await bench.join([Bench.kind: .standard, "test.other": .standard])
            #expect(try await bench.store.knownKinds() == [Bench.kind, "test.other"])
            try await bench.store.leave(.first)
            try await bench.advance(.seconds(6 * 86_400))
            try await bench.join(["test.other": .standard], as: .second)
            #expect(try await bench.store.knownKinds() == [Bench.kind, "test.other"])
            try await bench.advance(.seconds(2 * 86_400))
            #expect(try await bench.store.knownKinds() == ["test.other"])
        },
        Case("a kind stays known for as long as its worker gives signs of life") { bench in
            try await bench.join()
            for _ in 1...12 {
                try await bench.advance(.seconds(86_400))
                _ = try await bench.beat()
            }
            #expect(try await bench.store.knownKinds() == [Bench.kind])
        },
        Case("the policy under which a kind was last registered holds") { bench in
            try await bench.join([Bench.kind: .standard])
            try await bench.join([Bench.kind: .atMostOnce], as: .second)
            let id = try await bench.effect(in: .running)
            try await bench.loseWorkers()
            #expect(try await bench.state(id) == .uncertain(run: 1))
        },
    ]

    static let notes: [Case] = [
        Case("the latest note of how far a run is, is shown with the effect") { bench in
            let id = try await bench.effect(in: .running)
            let time = try await bench.now()
            let first = EffectRecord.Progress(fraction: 0.25, note: "begun", at: time)
            try await bench.store.note(first, on: id)
            #expect(try await bench.effect(id).progress == first)
            let second = EffectRecord.Progress(fraction: nil, note: "it's going on", at: time + .seconds(1))
            try await bench.store.note(second, on: id)
            #expect(try await bench.effect(id).progress == second)
        },
        Case("a deferred run may have notes, and they do not move it") { bench in
            let id = try await bench.effect(in: .deferred)
            let before = try await bench.state(id)
            let note = EffectRecord.Progress(fraction: 1, note: nil, at: try await bench.now())
            try await bench.store.note(note, on: id)
            #expect(try await bench.effect(id).progress == note)
            #expect(try await bench.state(id) == before)
        },
    ]
}
