internal import Ensue
internal import Testing

extension StoreContract {
    static let keys: [Case] = [
        Case("the second event with a key is acknowledged as the first, and recorded once") { bench in
            let draft = EventDraft(type: "test.Happened", data: .emptyObject, key: "same")
            let first = try await bench.store.record([draft])[0]
            let second = try await bench.store.record([draft])[0]
            #expect(second == Receipt(id: first.id, isDuplicate: true))
            #expect(try await bench.store.route(limit: 10).events == 1)
        },
        Case("the second effect with a key is acknowledged as the first, whose payload stays") { bench in
            let first = EffectRequest(kind: Bench.kind, payload: try JSONText(parsing: "1"), key: "same")
            let second = EffectRequest(kind: "test.other", payload: try JSONText(parsing: "2"), key: "same")
            let id = try await bench.store.request([first])[0].id
            #expect(try await bench.store.request([second])[0] == Receipt(id: id, isDuplicate: true))
            #expect(try await bench.effect(id).payload.text == "1")
            #expect(try await bench.claim([Bench.kind, "test.other"]).map(\.id) == [id])
        },
        Case("a key that comes twice in one batch is stored once") { bench in
            let event = EventDraft(type: "test.Happened", data: .emptyObject, key: "same")
            let plain = EventDraft(type: "test.Happened", data: .emptyObject)
            let events = try await bench.store.record([event, plain, event])
            #expect(events.map(\.isDuplicate) == [false, false, true])
            #expect(events[0].id == events[2].id)
            let effect = EffectRequest(kind: Bench.kind, payload: .emptyObject, key: "same")
            let effects = try await bench.store.request([effect, effect])
            #expect(effects.map(\.isDuplicate) == [false, true])
            #expect(effects[0].id == effects[1].id)
            #expect(try await bench.claim().count == 1)
        },
        Case("a batch may mix new keys with known ones") { bench in
            let known = try await bench.record(key: "b")
            let receipts = try await bench.store.record(
                ["c", "b", "a"].map { EventDraft(type: "test.Happened", data: .emptyObject, key: $0) })
            #expect(receipts.map(\.isDuplicate) == [false, true, false])
            #expect(receipts[1].id == known)
            #expect(receipts[0].id < receipts[2].id)
        },
        Case("the same key in two accounts is two keys") { bench in
            let ours = try await bench.record(key: "same")
            let theirs = try await bench.record(account: "acme", key: "same")
            #expect(ours != theirs)
            let our = try await bench.request(key: "same")
            let their = try await bench.request(account: "acme", key: "same")
            #expect(our != their)
        },
        Case("the keys of events and those of effects do not meet") { bench in
            try await bench.record(key: "same")
            let request = EffectRequest(kind: Bench.kind, payload: .emptyObject, key: "same")
            #expect(try await !bench.store.request([request])[0].isDuplicate)
        },
        Case("keys are compared byte by byte") { bench async throws in
            let keys = ["Key", "key", "key ", "\u{E9}", "e\u{301}", "'", "%"]
            let events = keys.map { EventDraft(type: "test.Happened", data: .emptyObject, key: $0) }
            let effects = keys.map { EffectRequest(kind: Bench.kind, payload: .emptyObject, key: $0) }
            #expect(try await bench.store.record(events).allSatisfy { !$0.isDuplicate })
            #expect(try await bench.store.request(effects).allSatisfy { !$0.isDuplicate })
            #expect(try await bench.store.record(events).allSatisfy { $0.isDuplicate })
            #expect(try await bench.store.request(effects).allSatisfy { $0.isDuplicate })
        },
        Case("a key of an effect that has ended is still known") { bench in
            let id = try await bench.request(key: "same")
            try await bench.settle(try await bench.claimOne())
            let request = EffectRequest(kind: Bench.kind, payload: .emptyObject, key: "same")
            #expect(try await bench.store.request([request])[0] == Receipt(id: id, isDuplicate: true))
        },
        Case("duplicates are counted") { bench in
            for _ in 1...3 { try await bench.request(key: "same") }
            for _ in 1...3 { try await bench.record(key: "same") }
            let duplicates = try await bench.store.counters().filter { $0.measure == .duplicate }
            #expect(duplicates.reduce(0) { $0 + $1.count } == 4)
        },
    ]
}
