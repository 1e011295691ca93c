internal import Ensue
internal import Testing

extension Bench {
    /// Records an event of `type`, routes it, and returns the names of the rules that matched, by effect.
    func matches(_ type: EventType, among names: [String]) async throws -> [String] {
        try await record(type)
        try await route()
        let kinds = names.map { EffectKind(wellFormed: "listener.\($0)") }
        let claimed = try await claim(kinds)
        for effect in claimed { try await settle(effect) }
        return claimed.sorted { $0.id < $1.id }.compactMap(\.origin.rule)
    }
}

extension StoreContract {
    static let rules: [Case] = [
        Case("rules match whole types, exactly, by glob or by regular expression, and case counts") { bench in
            let names = ["exact", "glob", "regex"]
            try await bench.listen(
                .listening("exact", .exact("app.Sent"), order: 1), .listening("glob", .glob("app.S?n*"), order: 2),
                .listening("regex", .regex("app\\.(Sent|Seen)"), order: 3))
            #expect(try await bench.matches("app.Sent", among: names) == ["exact", "glob", "regex"])
            #expect(try await bench.matches("app.Seen", among: names) == ["regex"])
            #expect(try await bench.matches("app.Singing", among: names) == ["glob"])
            #expect(try await bench.matches("app.sent", among: names) == [])
            #expect(try await bench.matches("xapp.Sent", among: names) == [])
            #expect(try await bench.matches("app.Sentx", among: names) == ["glob"])
        },
        Case("the engine's own types do not match patterns that are open to all") { bench in
            let names = ["all", "any", "own"]
            try await bench.listen(
                .listening("all", .glob("*")), .listening("any", .regex(".*")),
                .listening("own", .glob("ensue.effect.*")))
            try await bench.request()
            try await bench.settle(try await bench.claimOne())
            #expect(try await bench.store.follow(limit: 10) > 0)
            #expect(try await bench.route() == RoutingReport(events: 1, effects: 1))
            #expect(try await bench.claim(names.map { EffectKind(wellFormed: "listener.\($0)") }).count == 1)
        },
        Case("the rules of all workers are in force") { bench in
            try await bench.listen(.listening("a", .glob("*")), as: .first)
            try await bench.listen(.listening("b", .glob("*")), as: .second)
            #expect(try await bench.matches("test.Happened", among: ["a", "b"]) == ["a", "b"])
        },
        Case("a rule that is registered again is the new one for every event recorded after that") { bench in
            try await bench.listen(.listening("l", .exact("test.Old")))
            #expect(try await bench.matches("test.Old", among: ["l"]) == ["l"])
            try await bench.listen(.listening("l", .exact("test.New")))
            #expect(try await bench.matches("test.New", among: ["l"]) == ["l"])
            #expect(try await bench.matches("test.Old", among: ["l"]) == [])
        },
        Case("rules stay in force when their worker has left") { bench in
            try await bench.listen(.listening("l", .glob("*")))
            try await bench.store.leave(.first)
            #expect(try await bench.matches("test.Happened", among: ["l"]) == ["l"])
        },
    ]

    static let listenerAge: [Case] = [
        Case("a listener that no worker has registered for seven days no longer matches") { bench in
            try await bench.listen(.listening("l", .glob("*")))
            try await bench.store.leave(.first)
            try await bench.advance(.seconds(6 * 86_400))
            #expect(try await bench.matches("test.Happened", among: ["l"]) == ["l"])
            try await bench.advance(.seconds(2 * 86_400))
            #expect(try await bench.matches("test.Happened", among: ["l"]) == [])
            try await bench.listen(.listening("l", .glob("*")))
            #expect(try await bench.matches("test.Happened", among: ["l"]) == ["l"])
        },
        Case("a listener matches for as long as its worker gives signs of life") { bench in
            try await bench.listen(.listening("l", .glob("*")))
            for _ in 1...12 {
                try await bench.advance(.seconds(86_400))
                _ = try await bench.beat()
            }
            #expect(try await bench.matches("test.Happened", among: ["l"]) == ["l"])
        },
    ]
}
