internal import Ensue
internal import Testing

extension Bench {
    fileprivate func kind(_ kind: EffectKind = Bench.kind, for account: Account = .default) async throws -> KindStatus {
        try #require(
            try await store.kinds(for: account).first { $0.kind == kind }, "the kind '\(kind)' should be listed")
    }
}

extension StoreContract {
    static let kindStatus: [Case] = [
        Case("kinds are those that were registered or requested, by name") { bench in
            #expect(try await bench.store.kinds(for: .default) == [])
            try await bench.request("test.requested")
            try await bench.request("test.completed", account: "acme")
            try await bench.join(["test.registered": .standard, "test.completed": .standard])
            let names = ["test.completed", "test.registered", "test.requested"] as [EffectKind]
            #expect(try await bench.store.kinds(for: .default).map(\.kind) == names)
            #expect(try await bench.store.kinds(for: "acme").map(\.kind) == names)
        },
        Case("a kind that no worker ever registered is not known, and what waits for a handler is counted") { bench in
            let first = try await bench.request()
            try await bench.advance(.seconds(60))
            try await bench.request(2)
            let time = try await bench.effect(first).createdAt
            let expected = KindStatus(
                kind: Bench.kind, workers: [], seenAt: nil, isKnown: false, ready: 3, oldestReadyAt: time)
            #expect(try await bench.kind() == expected)
        },
        Case("a kind has the names of its living workers and the time at which they were seen") { bench in
            try await bench.join([Bench.kind: .standard, "test.other": .standard], as: .second)
            try await bench.join(as: .first)
            let status = try await bench.kind()
            #expect(status.workers == ["worker 1", "worker 2"])
            #expect(status.isKnown)
            #expect(try await bench.isFromNow(try #require(status.seenAt)))
            #expect(status.ready == 0)
            #expect(status.oldestReadyAt == nil)
            #expect(try await bench.kind("test.other").workers == ["worker 2"])
        },
        Case("a worker that has left or fallen silent is not named, and its kind stays known for a week") { bench in
            try await bench.join(as: .first)
            try await bench.join(as: .second)
            let seen = try #require(try await bench.kind().seenAt)
            try await bench.store.leave(.second)
            #expect(try await bench.kind().workers == ["worker 1"])
            try await bench.advance(Bench.lease + .seconds(60))
            var status = try await bench.kind()
            #expect(status.workers == [])
            #expect(status.isKnown)
            #expect(status.seenAt == seen)
            try await bench.advance(.seconds(8 * 86_400))
            status = try await bench.kind()
            #expect(!status.isKnown)
            #expect(status.seenAt == seen)
        },
        Case("what is ready is counted by account, and nothing else is") { bench in
            try await bench.join()
            for situation in Situation.allCases where situation != .ready {
                _ = try await bench.effect(in: situation)
            }
            #expect(try await bench.kind().ready == 0)
            #expect(try await bench.kind().oldestReadyAt == nil)
            try await bench.request(2)
            let their = try await bench.request(account: "acme", priority: .urgent)
            #expect(try await bench.kind().ready == 2)
            #expect(try await bench.kind(for: "acme").ready == 1)
            #expect(try await bench.kind(for: "acme").oldestReadyAt == bench.effect(their).createdAt)
            #expect(try await bench.kind(for: "nobody").ready == 0)
        },
        Case("the oldest that is ready is so whatever its priority") { bench in
            let oldest = try await bench.request(priority: .low)
            try await bench.advance(.seconds(600))
            for priority in Priority.allCases { try await bench.request(priority: priority) }
            #expect(try await bench.kind().oldestReadyAt == bench.effect(oldest).createdAt)
            #expect(try await bench.kind().ready == 1 + Priority.allCases.count)
        },
        Case("counting what is ready stops above its limit") { bench in
            try await bench.request(KindStatus.countLimit - 1)
            try await bench.request(priority: .low)
            #expect(try await bench.kind().ready == KindStatus.countLimit)
            try await bench.request(10)
            #expect(try await bench.kind().ready == KindStatus.countLimit + 1)
        },
    ]
}
