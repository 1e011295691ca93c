internal import Ensue
internal import Testing

extension StoreContract {
    static let listingEvents: [Case] = [
        Case("events are listed newest first, as each is read by itself") { bench in
            var ids: [EventID] = []
            for _ in 1...3 { ids.append(try await bench.record()) }
            try await bench.record(account: "acme")
            let listed = try await bench.list(EventQuery(limit: 2))
            #expect(listed.map(\.id) == ids.sorted(by: >))
            for event in listed { #expect(try await bench.store.event(event.id) == event) }
            #expect(try await bench.list(EventQuery(account: "acme")).count == 1)
            #expect(try await bench.store.events(EventQuery(account: "nobody")) == Page([], next: nil))
        },
        Case("events are listed by type, source and key, alone and together") { bench in
            let draft = EventDraft(type: "test.Happened", data: .emptyObject)
            var drafts = Array(repeating: draft, count: 5)
            drafts[1].type = "test.Else"
            drafts[2].source = try SourceName("/conversation/42")
            drafts[3].type = "test.Else"
            drafts[3].source = drafts[2].source
            drafts[3].key = "k"
            drafts[4].source = try SourceName("/conversation/4")
            let ids = try await bench.store.record(drafts).map(\.id)
            var theirs = drafts[3]
            theirs.account = "acme"
            let their = try await bench.store.record([theirs])[0].id
            let source = drafts[2].source
            #expect(try await bench.ids(EventQuery(type: "test.Else")) == [ids[3], ids[1]])
            #expect(try await bench.ids(EventQuery(type: "test.Never")) == [])
            #expect(try await bench.ids(EventQuery(source: source, limit: 1)) == [ids[3], ids[2]])
            #expect(try await bench.ids(EventQuery(type: "test.Else", source: source)) == [ids[3]])
            #expect(try await bench.ids(EventQuery(source: source, before: ids[3])) == [ids[2]])
            #expect(try await bench.ids(EventQuery(source: try SourceName("/conversation/1"))) == [])
            #expect(try await bench.ids(EventQuery(key: "k")) == [ids[3]])
            #expect(try await bench.ids(EventQuery(type: "test.Happened", key: "k")) == [])
            #expect(try await bench.ids(EventQuery(type: "test.Else", source: source, key: "k")) == [ids[3]])
            #expect(try await bench.ids(EventQuery(account: "acme", type: "test.Else", source: source)) == [their])
        },
        Case("events are listed by the time at which they were recorded, not at which they happened") { bench in
            var ids: [EventID] = []
            var times: [Timestamp] = []
            for _ in 1...3 {
                var draft = EventDraft(type: "test.Happened", data: .emptyObject)
                draft.time = Timestamp(milliseconds: 1000)
                draft.source = try SourceName("/conversation/42")
                let id = try await bench.store.record([draft])[0].id
                ids.append(id)
                times.append(try #require(try await bench.store.event(id)).recordedAt)
                try await bench.advance(.seconds(600))
            }
            let instant = Duration.milliseconds(1)
            for source in [nil, try SourceName("/conversation/42")] {
                #expect(try await bench.ids(EventQuery(source: source, since: times[1])) == [ids[2], ids[1]])
                #expect(try await bench.ids(EventQuery(source: source, since: times[1] + instant)) == [ids[2]])
                #expect(try await bench.ids(EventQuery(source: source, until: times[1])) == [ids[0]])
                let window = EventQuery(source: source, since: times[0], until: times[2], limit: 1)
                #expect(try await bench.ids(window) == [ids[1], ids[0]])
            }
            #expect(try await bench.ids(EventQuery(since: times[2], until: times[0])) == [])
        },
        Case("events that arrive do not move the pages behind them") { bench in
            var ids: [EventID] = []
            for _ in 1...9 { ids.append(try await bench.record()) }
            for type in [nil, "test.Happened" as EventType] {
                var (seen, query): ([EventID], EventQuery) = ([], EventQuery(type: type, limit: 2))
                repeat {
                    let page = try await bench.store.events(query)
                    seen += page.items.map(\.id)
                    query.before = page.next
                    try await bench.record()
                } while query.before != nil
                #expect(seen.filter(ids.contains) == ids.sorted(by: >))
                #expect(seen == seen.sorted(by: >) && Set(seen).count == seen.count)
            }
        },
        Case("a page of events ends before their data become too many bytes, and holds one of any size") { bench in
            let large = EventDraft(type: "test.Happened", data: payload(bytes: 400_000))
            let huge = EventDraft(type: "test.Happened", data: payload(bytes: PageLimits.bytes + 1000))
            let ids = try await bench.store.record([large, large, large, huge, large]).map(\.id)
            let pages = try await bench.pages(EventQuery(limit: 100))
            #expect(pages.flatMap(\.items).map(\.id) == ids.sorted(by: >))
            #expect(pages.count > 2)
            for page in pages where page.items.count > 1 {
                #expect(page.items.reduce(0) { $0 + $1.data.text.utf8.count } <= PageLimits.bytes)
            }
        },
        Case("a rare type is found among common ones, and nothing that has been deleted") { bench in
            let common = EventDraft(type: "test.Happened", data: .emptyObject)
            var rare: [EventID] = []
            for _ in 1...3 {
                _ = try await bench.store.record(Array(repeating: common, count: 1200))
                rare.append(try await bench.record("test.Rare"))
            }
            #expect(try await bench.ids(EventQuery(type: "test.Rare", limit: 1)) == rare.sorted(by: >))
            #expect(try await bench.list(EventQuery(type: "test.Happened", limit: 1000)).count == 3600)
            while try await bench.route().events > 0 {}
            try await bench.advance(.seconds(2 * 86_400))
            let last = try await bench.record("test.Rare")
            try await bench.retire(olderThan: .seconds(86_400))
            #expect(try await bench.ids(EventQuery(type: "test.Rare")) == [last])
            #expect(try await bench.ids(EventQuery()) == [last])
        },
    ]
}
