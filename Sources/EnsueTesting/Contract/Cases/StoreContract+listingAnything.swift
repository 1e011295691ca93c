internal import Ensue
internal import Testing

extension StoreContract {
    /// Lists as a property: whatever has happened, a list holds what a look at every single record finds.
    static let listingAnything: [Case] = [
        Case("any list of effects holds those that match, and no others") { bench in
            let seed = PropertySeed.seeds(rounds: 1)[0]
            try await bench.join(PlaceModel.policies, rules: [PlaceModel.rule])
            var driver = PlaceDriver(bench: bench, now: try await bench.now(), seed: seed)
            for _ in 0..<4 {
                for _ in 0..<40 { try await driver.step() }
                var records: [EffectRecord] = []
                // The model knows of what was routed and not claimed yet, but not its ids.
                let unseen = try await bench.store.consequences(
                    ofEvents: Array(driver.model.unseen), ofEffects: [], limit: driver.model.unseen.count)
                let ids = Set(driver.model.entries.keys).union(unseen.effects.map(\.id))
                for id in ids.sorted(by: >) { records.append(try await bench.effect(id)) }
                for _ in 0..<15 {
                    let query = AnyQuery.effects(like: records, &driver.generator)
                    let expected = records.filter { query.matches($0) && query.isBehindCursor($0) }
                    #expect(try await bench.list(query) == expected, "\(query), seed \(seed)")
                }
            }
        },
        Case("any list of events holds those that match, and no others") { bench in
            let seed = PropertySeed.seeds(rounds: 1)[0]
            var generator = SeededGenerator(seed: seed)
            var events: [RecordedEvent] = []
            for _ in 0..<12 {
                for receipt in try await bench.store.record(AnyQuery.drafts(&generator)) where !receipt.isDuplicate {
                    events.append(try #require(try await bench.store.event(receipt.id)))
                }
                try await bench.advance(.seconds(Int.random(in: 0...20, using: &generator)))
            }
            events.sort { $0.id > $1.id }
            for _ in 0..<60 {
                let query = AnyQuery.events(like: events, &generator)
                let expected = events.filter { query.matches($0) && query.isBehindCursor($0) }
                #expect(try await bench.list(query) == expected, "\(query), seed \(seed)")
            }
        },
    ]
}

extension EffectQuery {
    fileprivate func isBehindCursor(_ record: EffectRecord) -> Bool { before.map { record.id < $0 } ?? true }
}

extension EventQuery {
    fileprivate func isBehindCursor(_ event: RecordedEvent) -> Bool { before.map { event.id < $0 } ?? true }
}

/// Random queries, most of which ask for something that is there.
private enum AnyQuery {
    static func effects(like records: [EffectRecord], _ generator: inout SeededGenerator) -> EffectQuery {
        let model = records.randomElement(using: &generator)
        func one<Value>(in count: Int, _ value: @autoclosure () -> Value?) -> Value? {
            Int.random(in: 0..<count, using: &generator) == 0 ? value() : nil
        }
        return EffectQuery(
            account: one(in: 8, "nobody") ?? model?.account ?? .default,
            state: one(in: 2, model.flatMap { EffectQuery.State(rawValue: $0.state.name) }),
            kind: one(in: 3, model?.kind), key: one(in: 6, model?.key), event: one(in: 6, model?.origin.event),
            since: one(in: 4, records.randomElement(using: &generator)?.createdAt),
            until: one(in: 4, records.randomElement(using: &generator)?.createdAt),
            before: one(in: 4, records.randomElement(using: &generator)?.id),
            limit: Int.random(in: 1...12, using: &generator))
    }

    static func events(like events: [RecordedEvent], _ generator: inout SeededGenerator) -> EventQuery {
        let model = events.randomElement(using: &generator)
        func one<Value>(in count: Int, _ value: @autoclosure () -> Value?) -> Value? {
            Int.random(in: 0..<count, using: &generator) == 0 ? value() : nil
        }
        return EventQuery(
            account: one(in: 8, "nobody") ?? model?.account ?? .default, type: one(in: 3, model?.type),
            source: one(in: 3, model?.source), key: one(in: 6, model?.key),
            since: one(in: 4, events.randomElement(using: &generator)?.recordedAt),
            until: one(in: 4, events.randomElement(using: &generator)?.recordedAt),
            before: one(in: 4, events.randomElement(using: &generator)?.id),
            limit: Int.random(in: 1...12, using: &generator))
    }

    static func drafts(_ generator: inout SeededGenerator) throws -> [EventDraft] {
        try (0..<Int.random(in: 1...8, using: &generator)).map { _ in
            let number = Int.random(in: 0..<1000, using: &generator)
            return EventDraft(
                account: number % 3 == 0 ? "acme" : .default, type: EventType(wellFormed: "any.Type\(number % 4)"),
                data: .emptyObject,
                source: number % 5 < 2 ? try SourceName("/thing/\(number % 7)") : nil,
                key: number % 2 == 0 ? "key \(number % 50)" : nil)
        }
    }
}
