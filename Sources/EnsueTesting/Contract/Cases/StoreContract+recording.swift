internal import Ensue
internal import Testing

extension StoreContract {
    static let recording: [Case] = [
        Case("a recorded event reads back as it was drafted") { bench in
            let time = Timestamp(milliseconds: 1_700_000_000_123)
            let data = try JSONText(parsing: #"{ "n": 12345678901234567890.10, "ö": "\u00e9 🎈", "list":[ ] }"#)
            var draft = EventDraft(
                account: "acme", type: "polls.PollCompleted", data: data,
                source: try SourceName("/conversation/4/2"), key: "poll 42 'é'", tags: ["a", "b c"], time: time)
            draft.cause = EffectID(rawValue: 7)
            draft.depth = 3
            let receipt = try await bench.store.record([draft])[0]
            let event = try #require(try await bench.store.event(receipt.id))
            #expect(!receipt.isDuplicate)
            #expect(event.id == receipt.id)
            #expect(event.account == "acme")
            #expect(event.type == "polls.PollCompleted")
            #expect(event.data.text.utf8.elementsEqual(data.text.utf8), "the data is kept to the byte")
            #expect(event.source == draft.source)
            #expect(event.key == draft.key)
            #expect(event.tags == draft.tags)
            #expect(event.time == time)
            #expect(try await bench.isFromNow(event.recordedAt))
            #expect(event.cause == draft.cause)
            #expect(event.depth == 3)
        },
        Case("an event without a time happened when it was recorded") { bench in
            let id = try await bench.record()
            let event = try #require(try await bench.store.event(id))
            #expect(event.time == event.recordedAt)
            #expect(event.source == nil)
            #expect(event.key == nil)
            #expect(event.tags.isEmpty)
            #expect(event.cause == nil)
            #expect(event.depth == 0)
        },
        Case("the events of one call are recorded in their order") { bench in
            let types: [EventType] = ["c", "a", "b", "a"]
            let receipts = try await bench.store.record(types.map { EventDraft(type: $0, data: .emptyObject) })
            #expect(receipts.map(\.id) == receipts.map(\.id).sorted())
            #expect(Set(receipts.map(\.id)).count == 4)
            for (receipt, type) in zip(receipts, types) {
                #expect(try await bench.store.event(receipt.id)?.type == type)
            }
        },
        Case("a batch with one event that cannot be stored records none") { bench async throws in
            let good = EventDraft(type: "test.Happened", data: .emptyObject, key: "good")
            var bad = good
            bad.key = String(repeating: "x", count: 501)
            let error = await #expect(throws: StoreError.self) { try await bench.store.record([good, bad]) }
            guard case .constraint = error?.reason else {
                Issue.record("an overlong key breaks a constraint, not \(String(describing: error))")
                return
            }
            #expect(try await !bench.store.record([good])[0].isDuplicate)
        },
        Case("recording and requesting nothing is no work") { bench async throws in
            #expect(try await bench.store.record([]).isEmpty)
            #expect(try await bench.store.request([]).isEmpty)
            #expect(try await bench.store.settle([]).stale.isEmpty)
        },
        Case("what was never stored reads as nothing") { bench async throws in
            #expect(try await bench.store.event(EventID(rawValue: 999_999)) == nil)
            #expect(try await bench.store.effect(EffectID(rawValue: 999_999)) == nil)
            let effect = EffectID(rawValue: 999_999)
            #expect(try await bench.store.command(.cancel(reason: nil), on: effect, random: 0.5) == nil)
        },
        Case("refused deliveries are kept, each under an id of its own") { bench in
            let delivery = RejectedDelivery(
                account: .default, source: "/hooks/hasura", body: "not 'JSON' \u{7F}", reason: "it is not JSON")
            let first = try await bench.store.reject(delivery)
            let second = try await bench.store.reject(delivery)
            #expect(first < second)
        },
    ]
}
