internal import Ensue
internal import Testing

extension Rule {
    /// A listener's rule.
    static func listening(_ name: String, _ pattern: TypePattern, order: Int = 0) -> Rule {
        Rule(name: name, pattern: pattern, kind: EffectKind(wellFormed: "listener.\(name)"), order: order)
    }
}

extension Bench {
    /// Joins with rules and handlers for what they request.
    func listen(_ rules: Rule..., as worker: WorkerID = .first) async throws {
        var kinds: [EffectKind: HandlerPolicy] = [Bench.kind: .standard]
        for rule in rules { kinds[rule.kind] = .standard }
        try await join(kinds, rules: rules, as: worker)
    }

    /// Routes whatever waits.
    @discardableResult
    func route() async throws -> RoutingReport { try await store.route(limit: 1000) }
}

extension StoreContract {
    static let routing: [Case] = [
        Case("an event is routed once") { bench in
            try await bench.listen(.listening("l", .exact("test.Happened")))
            try await bench.record()
            #expect(try await bench.route() == RoutingReport(events: 1, effects: 1))
            #expect(try await bench.route() == RoutingReport(events: 0, effects: 0))
            #expect(try await bench.claim(["listener.l"]).count == 1)
        },
        Case("an event that nobody listens for is routed to nobody, once") { bench in
            try await bench.record()
            #expect(try await bench.route() == RoutingReport(events: 1, effects: 0))
            try await bench.listen(.listening("l", .glob("*")))
            #expect(try await bench.route() == RoutingReport(events: 0, effects: 0))
        },
        Case("each matching rule requests an effect that refers to the event") { bench in
            try await bench.listen(.listening("l", .glob("test.*")))
            let id = try await bench.record(account: "acme", depth: 5)
            try await bench.route()
            let claimed = try await bench.claimOne("listener.l")
            #expect(claimed.account == "acme")
            #expect(claimed.payload == .emptyObject)
            #expect(claimed.origin == EffectOrigin(event: id, rule: "l"))
            #expect(claimed.depth == 5)
            #expect(claimed.key == nil)
            #expect(try await bench.store.event(id) == claimed.event)
        },
        Case("the effects of one event are requested in rule order") { bench in
            try await bench.listen(
                .listening("c", .glob("*"), order: 1), .listening("b", .glob("*"), order: 2),
                .listening("a", .glob("*"), order: 2))
            try await bench.record()
            #expect(try await bench.route().effects == 3)
            let claimed = try await bench.claim(["listener.a", "listener.b", "listener.c"])
            #expect(claimed.sorted { $0.id < $1.id }.map(\.kind) == ["listener.c", "listener.a", "listener.b"])
        },
        Case("routing takes the oldest events, no more than it is asked for") { bench in
            try await bench.listen(.listening("l", .glob("*")))
            var ids: [EventID] = []
            for _ in 1...5 { ids.append(try await bench.record()) }
            #expect(try await bench.store.route(limit: 2).events == 2)
            #expect(try await bench.claim(["listener.l"]).compactMap(\.event?.id) == [ids[0], ids[1]])
            #expect(try await bench.store.route(limit: 10).events == 3)
        },
        Case("an event is recorded once for all of its listeners, and one that fails hinders no other") { bench in
            try await bench.listen(.listening("a", .glob("*")), .listening("b", .glob("*")))
            try await bench.record()
            try await bench.route()
            try await bench.settle(
                try await bench.claimOne("listener.a"), to: .ended(.failed, error: "broken"))
            let other = try await bench.claimOne("listener.b")
            try await bench.settle(other)
            #expect(try await bench.outcome(other.id).kind == .completed)
        },
        Case("listeners whose kind needs approval get held effects") { bench in
            try await bench.join(
                ["listener.l": HandlerPolicy(needsApproval: true)], rules: [.listening("l", .glob("*"))])
            try await bench.record()
            #expect(try await bench.route().effects == 1)
            #expect(try await bench.claim(["listener.l"]).isEmpty)
        },
    ]
}
