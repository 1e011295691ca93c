internal import Ensue
internal import Testing

extension Bench {
    static let endings = EffectKind(wellFormed: "listener.endings")

    /// Listens for endings of all sorts and handles the other kinds as well.
    func listenForEndings(policy: HandlerPolicy = .standard, _ pattern: TypePattern = .glob("ensue.effect.*"))
        async throws
    {
        try await join([Bench.kind: policy, Bench.endings: .standard], rules: [.listening("endings", pattern)])
    }

    /// Follows and routes whatever waits; returns what the listener for endings got.
    func followedEndings() async throws -> [ClaimedEffect] {
        while try await store.follow(limit: 100) > 0 {}
        try await route()
        return try await claim([Bench.endings])
    }
}

extension StoreContract {
    static let endings: [Case] = [
        Case("an ending for which no rule listens is not recorded") { bench in
            try await bench.listen(.listening("all", .glob("*")))
            try await bench.request()
            try await bench.settle(try await bench.claimOne())
            #expect(try await bench.store.follow(limit: 10) == 0)
            #expect(try await bench.route().events == 0)
        },
        Case("an ending for which a rule listens becomes an event that tells all of it") { bench in
            try await bench.listenForEndings()
            try await bench.request(account: "acme", depth: 3)
            let claimed = try await bench.claimOne()
            try await bench.settle(claimed, to: .ended(.completed, output: try JSONText(parsing: #"{"n":1}"#)))
            let listener = try #require(try await bench.followedEndings().first)
            let event = try #require(listener.event)
            #expect(event.type == "ensue.effect.completed")
            #expect(event.account == "acme")
            #expect(event.cause == claimed.id)
            #expect(event.depth == 4)
            let ending = try event.data.decode(EffectEnding.self)
            #expect(
                ending
                    == EffectEnding(
                        effect: claimed.id, kind: Bench.kind, outcome: .completed, run: 1,
                        output: try JSONText(parsing: #"{"n":1}"#), error: nil, rule: nil))
        },
        Case("an ending is recorded once") { bench in
            try await bench.listenForEndings()
            try await bench.request()
            try await bench.settle(try await bench.claimOne())
            #expect(try await bench.followedEndings().count == 1)
            #expect(try await bench.followedEndings().isEmpty)
        },
        Case("following takes no more endings than it is asked for") { bench in
            try await bench.listenForEndings()
            try await bench.request(5)
            for claimed in try await bench.claim() { try await bench.settle(claimed) }
            #expect(try await bench.store.follow(limit: 2) == 2)
            #expect(try await bench.route().events == 2)
            #expect(try await bench.store.follow(limit: 10) == 3)
            #expect(try await bench.store.follow(limit: 10) == 0)
        },
        Case("only those outcomes are recorded for which a rule listens") { bench in
            try await bench.listenForEndings(.exact("ensue.effect.failed"))
            try await bench.request(3)
            let claimed = try await bench.claim()
            try await bench.settle(claimed[0])
            try await bench.settle(claimed[1], to: .ended(.failed, error: "broken"))
            try await bench.settle(claimed[2], to: .ended(.cancelled))
            let listeners = try await bench.followedEndings()
            #expect(listeners.map(\.event?.type) == ["ensue.effect.failed"])
            #expect(listeners.map(\.event?.cause) == [claimed[1].id])
        },
        Case("every way to end is an ending: by command, by token, by loss and by a deadline") { bench in
            try await bench.listenForEndings(policy: HandlerPolicy(attempts: 1))
            let cancelled = try await bench.request()
            try await bench.command(.cancel(reason: "enough"), on: cancelled)
            let completed = try await bench.request()
            try await bench.settle(try await bench.claimOne(), to: .deferred(within: .seconds(60)))
            try await bench.command(.complete(run: 1, .completed(output: nil)), on: completed)
            let expired = try await bench.request()
            try await bench.settle(try await bench.claimOne(), to: .deferred(within: .seconds(60)))
            try await bench.advance(.seconds(120))
            #expect(try await bench.store.advance(limit: 10).moved == 1)
            let endings = try await bench.followedEndings().compactMap(\.event)
            #expect(endings.map(\.cause) == [cancelled, completed, expired])
            #expect(
                endings.map(\.type) == ["ensue.effect.cancelled", "ensue.effect.completed", "ensue.effect.failed"])
            #expect(try endings[0].data.decode(EffectEnding.self).error == "enough")
        },
    ]

    static let endingsAtTheEdge: [Case] = [
        Case("whether somebody listens for an ending is asked when it ends, not before and not after") { bench in
            try await bench.join()
            try await bench.request(2)
            let claimed = try await bench.claim()
            try await bench.settle(claimed[0])
            try await bench.listenForEndings()
            try await bench.settle(claimed[1])
            #expect(try await bench.followedEndings().compactMap(\.event?.cause) == [claimed[1].id])
        },
        Case("a rule is passed over for the endings of effects that it requested itself") { bench in
            try await bench.listenForEndings()
            try await bench.request()
            try await bench.settle(try await bench.claimOne())
            let listener = try #require(try await bench.followedEndings().first)
            try await bench.settle(listener)
            #expect(try await bench.followedEndings().isEmpty)
            #expect(try await bench.followedEndings().isEmpty)
        },
        Case("an ending at the end of a chain of causes is not recorded, so that loops stop") { bench in
            try await bench.listenForEndings()
            try await bench.request(depth: Depth.limit)
            try await bench.settle(try await bench.claimOne())
            #expect(try await bench.followedEndings().isEmpty)
            try await bench.request(depth: Depth.limit - 1)
            try await bench.settle(try await bench.claimOne())
            #expect(try await bench.followedEndings().map(\.depth) == [Depth.limit])
        },
        Case("an outcome that a retry put aside before it was followed does no harm") { bench in
            try await bench.listenForEndings()
            let id = try await bench.request()
            try await bench.settle(try await bench.claimOne(), to: .ended(.failed, error: "broken"))
            try await bench.command(.retry, on: id)
            #expect(try await bench.followedEndings().count <= 1)
            try await bench.settle(try await bench.claimOne())
            let last = try #require(try await bench.followedEndings().last?.event)
            #expect(last.type == "ensue.effect.completed")
            #expect(try last.data.decode(EffectEnding.self).run == 2)
        },
        Case("an effect that failed, was retried and failed again has two endings") { bench in
            try await bench.listenForEndings()
            let id = try await bench.request()
            for run in 1...2 {
                try await bench.settle(try await bench.claimOne(), to: .ended(.failed, error: "broken"))
                let event = try #require(try await bench.followedEndings().first?.event)
                #expect(try event.data.decode(EffectEnding.self).run == run)
                try await bench.command(.retry, on: id)
            }
        },
    ]
}
