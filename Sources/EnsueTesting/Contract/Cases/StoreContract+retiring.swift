internal import Ensue
internal import Testing

extension Bench {
    /// Retires everything that may be, from before `span` ago.
    @discardableResult
    func retire(olderThan span: Duration = .seconds(86_400)) async throws -> Int {
        var total = 0
        while true {
            let rows = try await store.retire(olderThan: span, limit: 100)
            total += rows
            guard rows > 0, total < 100_000 else { return total }
        }
    }
}

extension StoreContract {
    static let retiring: [Case] = [
        Case("ended effects and routed events are deleted once they are old enough, and not before") { bench in
            let event = try await bench.record()
            try await bench.route()
            let effect = try await bench.effect(in: .completed)
            try await bench.advance(.seconds(3600))
            try await bench.retire()
            #expect(try await bench.store.event(event) != nil)
            #expect(try await bench.store.effect(effect) != nil)
            try await bench.advance(.seconds(2 * 86_400))
            #expect(try await bench.retire() >= 2)
            #expect(try await bench.store.event(event) == nil)
            #expect(try await bench.store.effect(effect) == nil)
        },
        Case("the key of what was deleted is still known, and names the first one") { bench in
            let event = try await bench.record(key: "same")
            try await bench.route()
            let effect = try await bench.request(key: "same")
            try await bench.settle(try await bench.claimOne())
            try await bench.advance(.seconds(2 * 86_400))
            try await bench.retire()
            #expect(try await bench.store.effect(effect) == nil)
            let request = EffectRequest(kind: Bench.kind, payload: .emptyObject, key: "same")
            let draft = EventDraft(type: "test.Happened", data: .emptyObject, key: "same")
            #expect(try await bench.store.request([request])[0] == Receipt(id: effect, isDuplicate: true))
            #expect(try await bench.store.record([draft])[0] == Receipt(id: event, isDuplicate: true))
            #expect(try await bench.claim().isEmpty)
        },
        Case("an effect that has not ended is never deleted, wherever it waits") { bench in
            try await bench.join()
            var ids: [EffectID] = []
            for situation in [Situation.held, .deferred, .uncertain, .retrying, .running] {
                ids.append(try await bench.effect(in: situation))
            }
            ids.append(try await bench.request(dueIn: .seconds(100 * 86_400)))
            ids.append(try await bench.effect(in: .ready))
            let states = try await bench.states(ids)
            try await bench.advance(.seconds(10 * 86_400))
            try await bench.retire()
            #expect(try await bench.states(ids) == states)
        },
        Case("an event that waits to be routed is never deleted") { bench in
            let event = try await bench.record()
            try await bench.advance(.seconds(10 * 86_400))
            try await bench.retire()
            #expect(try await bench.store.event(event) != nil)
            #expect(try await bench.route().events == 1)
        },
        Case("an event is kept as long as a listener's effect that refers to it has not ended") { bench in
            try await bench.listen(.listening("l", .glob("*")))
            let event = try await bench.record()
            try await bench.route()
            try await bench.advance(.seconds(2 * 86_400))
            try await bench.retire()
            let claimed = try await bench.claimOne("listener.l")
            #expect(claimed.event?.id == event)
            try await bench.settle(claimed)
            try await bench.advance(.seconds(2 * 86_400))
            try await bench.retire()
            #expect(try await bench.store.event(event) == nil)
        },
        Case("an ending that is yet to be followed is followed all the same") { bench in
            try await bench.listenForEndings()
            let id = try await bench.effect(in: .completed)
            try await bench.advance(.seconds(2 * 86_400))
            try await bench.retire()
            #expect(try await bench.followedEndings().compactMap(\.event?.cause) == [id])
        },
        Case("one call deletes no more rows than it is asked for") { bench in
            try await bench.request(20)
            for claimed in try await bench.claim() { try await bench.settle(claimed) }
            for _ in 1...20 { try await bench.record() }
            try await bench.route()
            try await bench.advance(.seconds(2 * 86_400))
            var total = 0
            while case let rows = try await bench.store.retire(olderThan: .seconds(3600), limit: 7), rows > 0 {
                #expect(rows <= 7)
                total += rows
            }
            #expect(total >= 40)
        },
        Case("an id is not given away again when its row has been deleted") { bench in
            let last = try await bench.effect(in: .completed)
            let event = try await bench.record()
            try await bench.route()
            try await bench.advance(.seconds(2 * 86_400))
            try await bench.retire()
            #expect(try await bench.request() > last)
            #expect(try await bench.record() > event)
        },
    ]
}

extension Bench {
    fileprivate func states(_ ids: [EffectID]) async throws -> [EffectState] {
        var states: [EffectState] = []
        for id in ids { states.append(try await state(id)) }
        return states
    }
}
