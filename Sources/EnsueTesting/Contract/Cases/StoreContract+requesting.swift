internal import Ensue
internal import Testing

extension StoreContract {
    static let requesting: [Case] = [
        Case("a requested effect reads back as it was requested, ready for its first run") { bench in
            let payload = try JSONText(parsing: #"{ "id": 9223372036854775807, "amount": 0.10 }"#)
            var request = EffectRequest(
                account: "acme", kind: Bench.kind, payload: payload, key: "order 1", priority: .urgent)
            request.origin = EffectOrigin(
                event: EventID(rawValue: 5), rule: "a rule", effect: EffectID(rawValue: 6),
                replayOf: EffectID(rawValue: 7))
            request.depth = 4
            let receipt = try await bench.store.request([request])[0]
            let effect = try await bench.effect(receipt.id)
            #expect(receipt == Receipt(id: effect.id, isDuplicate: false, isHeld: false))
            #expect(effect.account == "acme")
            #expect(effect.kind == Bench.kind)
            #expect(effect.payload.text.utf8.elementsEqual(payload.text.utf8), "the payload is kept to the byte")
            #expect(effect.key == "order 1")
            #expect(effect.priority == .urgent)
            #expect(try await bench.isFromNow(effect.createdAt))
            #expect(effect.origin == request.origin)
            #expect(effect.depth == 4)
            #expect(effect.state == .ready(run: 1))
            #expect(effect.attempts.isEmpty)
            #expect(effect.progress == nil)
        },
        Case("the effects of one call are requested in their order") { bench in
            let ids = try await bench.request(5)
            #expect(ids == ids.sorted())
            #expect(Set(ids).count == 5)
        },
        Case("a batch with one effect that cannot be stored requests none") { bench async throws in
            let good = EffectRequest(kind: Bench.kind, payload: .emptyObject, key: "good")
            var bad = good
            bad.key = String(repeating: "x", count: 501)
            await #expect(throws: StoreError.self) { try await bench.store.request([good, bad]) }
            #expect(try await bench.claim().isEmpty)
            #expect(try await !bench.store.request([good])[0].isDuplicate)
        },
        Case("an effect that is due later is scheduled for that time") { bench in
            let id = try await bench.request(dueIn: .seconds(3600))
            guard case .scheduled(let run, let due) = try await bench.state(id) else {
                Issue.record("it should be scheduled, not \(try await bench.state(id).name)")
                return
            }
            #expect(run == 1)
            #expect(try await bench.isFromNow(due, .seconds(3600)))
        },
        Case("an effect that was due in the past is ready") { bench in
            let id = try await bench.request(dueIn: .seconds(-3600))
            _ = try await bench.store.advance(limit: 10)
            #expect(try await bench.state(id) == .ready(run: 1))
            #expect(try await bench.claim().map(\.id) == [id])
        },
        Case("an effect whose request asks for approval is held, and its receipt says so") { bench in
            let request = EffectRequest(kind: Bench.kind, payload: .emptyObject, needsApproval: true)
            let receipt = try await bench.store.request([request])[0]
            #expect(receipt.isHeld)
            #expect(try await bench.state(receipt.id) == .held)
            #expect(try await bench.claim().isEmpty)
        },
        Case("an effect whose kind asks for approval is held, and its receipt says so") { bench in
            try await bench.join([Bench.kind: HandlerPolicy(needsApproval: true)])
            let request = EffectRequest(kind: Bench.kind, payload: .emptyObject)
            let receipt = try await bench.store.request([request])[0]
            #expect(receipt.isHeld)
            #expect(try await bench.state(receipt.id) == .held)
        },
        Case("an effect of a kind that nobody handles waits visibly, and runs when a handler appears") { bench in
            let id = try await bench.request("test.later")
            #expect(try await !bench.effect(id).hasHandler)
            #expect(try await bench.state(id) == .ready(run: 1))
            try await bench.join(["test.later": .standard])
            #expect(try await bench.effect(id).hasHandler)
            #expect(try await bench.claim(["test.later"]).map(\.id) == [id])
        },
    ]
}
