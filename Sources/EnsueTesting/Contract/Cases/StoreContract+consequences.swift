internal import Ensue
internal import Testing

extension Bench {
    /// Lets a run of `effect` record and request as much as `count` says, and returns what.
    fileprivate func act(
        _ claimed: ClaimedEffect, count: Int
    ) async throws -> (events: [EventID], effects: [EffectID]) {
        var event = EventDraft(type: "test.Caused", data: .emptyObject)
        event.cause = claimed.id
        event.depth = 1
        var request = EffectRequest(kind: "test.caused", payload: .emptyObject)
        request.origin = EffectOrigin(effect: claimed.id)
        request.depth = 1
        try await settle(
            claimed, events: Array(repeating: event, count: count), requests: Array(repeating: request, count: count))
        let effects = try await list(EffectQuery(kind: "test.caused")).filter { $0.origin.effect == claimed.id }
        let events = try await list(EventQuery(type: "test.Caused")).filter { $0.cause == claimed.id }
        return (events.map(\.id).sorted(), effects.map(\.id).sorted())
    }

    fileprivate func replay(_ effect: EffectRecord) async throws -> EffectID {
        var request = EffectRequest(kind: effect.kind, payload: effect.payload)
        request.origin = EffectOrigin(event: effect.origin.event, rule: effect.origin.rule, replayOf: effect.id)
        return try await store.request([request])[0].id
    }

    fileprivate func consequences(
        of events: [EventID] = [], _ effects: [EffectID] = [], limit: Int = 100
    ) async throws -> Consequences {
        try await store.consequences(ofEvents: events, ofEffects: effects, limit: limit)
    }
}

extension StoreContract {
    static let consequences: [Case] = [
        Case("what nothing followed from has no consequences") { bench in
            let (event, effect) = (try await bench.record(), try await bench.request())
            try await bench.route()
            #expect(try await bench.consequences(of: [event], [effect]) == Consequences())
            #expect(try await bench.consequences() == Consequences())
            let unknown = try await bench.consequences(of: [EventID(rawValue: 99)], [EffectID(rawValue: 99)])
            #expect(unknown == Consequences())
        },
        Case("from events follow the effects that rules requested for them, oldest first") { bench in
            try await bench.listen(.listening("a", .glob("*"), order: 1), .listening("b", .glob("*"), order: 2))
            let (first, second) = (try await bench.record(), try await bench.record(account: "acme"))
            try await bench.record()
            try await bench.route()
            let both = try await bench.consequences(of: [second, first])
            #expect(both.events.isEmpty)
            #expect(both.effects.map(\.origin.event) == [first, first, second, second])
            #expect(both.effects.map(\.id) == both.effects.map(\.id).sorted())
            #expect(both.effects.map(\.origin.rule) == ["a", "b", "a", "b"])
            for record in both.effects { #expect(try await bench.effect(record.id) == record) }
            #expect(try await bench.consequences(of: [second]).effects == Array(both.effects[2...]))
        },
        Case("from effects follow what their handlers recorded and requested, oldest first") { bench in
            try await bench.request(2)
            let claimed = try await bench.claim().sorted { $0.id < $1.id }
            let first = try await bench.act(claimed[0], count: 2)
            let second = try await bench.act(claimed[1], count: 1)
            let both = try await bench.consequences([claimed[1].id, claimed[0].id])
            #expect(both.events.map(\.id) == (first.events + second.events).sorted())
            #expect(both.effects.map(\.id) == (first.effects + second.effects).sorted())
            for event in both.events { #expect(try await bench.store.event(event.id) == event) }
            let one = try await bench.consequences([claimed[1].id])
            #expect(one.events.map(\.id) == second.events)
            #expect(one.effects.map(\.id) == second.effects)
        },
        Case("a replay follows from the effect that it repeats, and not from that one's event") { bench in
            try await bench.listen(.listening("l", .glob("*")))
            let event = try await bench.record()
            try await bench.route()
            let original = try await bench.claimOne("listener.l").id
            let replay = try await bench.replay(try await bench.effect(original))
            #expect(try await bench.consequences([original]).effects.map(\.id) == [replay])
            #expect(try await bench.consequences(of: [event]).effects.map(\.id) == [original])
            #expect(
                try await bench.consequences(of: [event], [original]).effects.map(\.id) == [original, replay].sorted())
            #expect(try await bench.consequences([replay]).effects.isEmpty)
        },
        Case("consequences are cut at the limit, the oldest stay") { bench in
            try await bench.request(2)
            let claimed = try await bench.claim().sorted { $0.id < $1.id }
            let later = try await bench.act(claimed[1], count: 3)
            let latest = try await bench.act(claimed[0], count: 3)
            let replay = try await bench.replay(try await bench.effect(claimed[0].id))
            let parents = claimed.map(\.id)
            // A store may draw ids ahead: those of the replay need not be the highest.
            let effects = (later.effects + latest.effects + [replay]).sorted()
            let events = (later.events + latest.events).sorted()
            for limit in [2, 5, 7] {
                let found = try await bench.consequences(parents, limit: limit)
                #expect(found.events.map(\.id) == Array(events.prefix(limit)))
                #expect(found.effects.map(\.id) == Array(effects.prefix(limit)))
            }
        },
    ]
}
