internal import Ensue
internal import Testing

extension StoreContract {
    static let listing: [Case] = [
        Case("effects are listed newest first, as each is read by itself") { bench in
            let ids = try await bench.request(3)
            let listed = try await bench.list(EffectQuery())
            #expect(listed.map(\.id) == ids.sorted(by: >))
            for record in listed { #expect(try await bench.effect(record.id) == record) }
        },
        Case("where there is nothing, lists are empty and have no next page") { bench async throws in
            #expect(try await bench.store.effects(EffectQuery()) == Page([], next: nil))
            for state in EffectQuery.State.allCases {
                #expect(
                    try await bench.store.effects(EffectQuery(account: "acme", state: state)) == Page([], next: nil))
            }
            let filtered = EffectQuery(kind: "test.unheard", key: "none", event: EventID(rawValue: 17))
            #expect(try await bench.store.effects(filtered) == Page([], next: nil))
            #expect(try await bench.store.effects(EffectQuery(before: EffectID(rawValue: 1))) == Page([], next: nil))
        },
        Case("a list is as long as its pages together, and its last page says so") { bench in
            let ids = try await bench.request(6).sorted(by: >)
            let pages = try await bench.pages(EffectQuery(limit: 2))
            #expect(pages.map { $0.items.map(\.id) } == [Array(ids[0...1]), Array(ids[2...3]), Array(ids[4...5])])
            #expect(try await bench.store.effects(EffectQuery(limit: 6)).next == nil)
            #expect(try await bench.ids(EffectQuery(before: ids[3])) == Array(ids[4...]))
        },
        Case("a list that is paged through holds each effect once, however many arrive meanwhile") { bench in
            let ids = try await bench.request(10) + bench.request(10, of: "test.other")
            for query in [EffectQuery(limit: 3), EffectQuery(state: .ready, limit: 3)] {
                var (seen, query): ([EffectID], EffectQuery) = ([], query)
                repeat {
                    let page = try await bench.store.effects(query)
                    seen += page.items.map(\.id)
                    query.before = page.next
                    try await bench.request(2)
                    try await bench.request(1, of: "test.other")
                } while query.before != nil
                #expect(seen.filter(ids.contains) == ids.sorted(by: >))
                #expect(seen == seen.sorted(by: >) && Set(seen).count == seen.count)
            }
        },
        Case("a limit is never below one item nor above a thousand") { bench in
            try await bench.request(1003)
            #expect(try await bench.store.effects(EffectQuery(limit: 0)).items.count == 1)
            #expect(try await bench.store.effects(EffectQuery(limit: -5)).items.count == 1)
            let page = try await bench.store.effects(EffectQuery(limit: .max))
            #expect(page.items.count == 1000)
            #expect(page.next == page.items.last?.id)
            #expect(try await bench.list(EffectQuery(limit: 1000)).count == 1003)
        },
        Case("a page ends before its payloads become too many bytes, and holds one of any size") { bench in
            let large = EffectRequest(kind: Bench.kind, payload: payload(bytes: 300_000))
            let huge = EffectRequest(kind: Bench.kind, payload: payload(bytes: PageLimits.bytes + 1000))
            let ids = try await bench.store.request([large, large, large, large, large, huge, large, large]).map(\.id)
            for query in [EffectQuery(limit: 100), EffectQuery(state: .ready, kind: Bench.kind, limit: 100)] {
                let pages = try await bench.pages(query)
                #expect(pages.flatMap(\.items).map(\.id) == ids.sorted(by: >))
                #expect(pages.count > 3)
                for page in pages where page.items.count > 1 {
                    let bytes = page.items.reduce(0) { $0 + $1.payload.text.utf8.count }
                    #expect(bytes <= PageLimits.bytes)
                }
            }
        },
        Case("what is rare is found among what is common") { bench in
            var rare: [EffectID] = []
            for count in [1000, 1500, 900] {
                try await bench.request(count)
                rare.append(try await bench.request("test.rare"))
                rare.append(try await bench.request("test.rare", account: "acme"))
            }
            #expect(try await bench.ids(EffectQuery(kind: "test.rare")) == [rare[4], rare[2], rare[0]])
            let theirs = EffectQuery(account: "acme", limit: 2)
            #expect(try await bench.ids(theirs) == [rare[5], rare[3], rare[1]])
            #expect(try await bench.list(EffectQuery(kind: Bench.kind, limit: 1000)).count == 3400)
        },
        Case("a list does not show what has been deleted, and goes on behind it") { bench in
            var ids: [EffectID] = []
            for _ in 1...4 { ids.append(try await bench.effect(in: .completed)) }
            let cursor = try #require(try await bench.store.effects(EffectQuery(limit: 2)).next)
            let waiting = try await bench.request("test.other")
            try await bench.advance(.seconds(2 * 86_400))
            try await bench.retire()
            #expect(try await bench.ids(EffectQuery()) == [waiting])
            #expect(try await bench.ids(EffectQuery(before: cursor)) == [])
            #expect(try await bench.ids(EffectQuery(kind: Bench.kind)) == [])
            let newest = try await bench.request()
            #expect(try await bench.ids(EffectQuery(kind: Bench.kind)) == [newest])
        },
        Case("what another program has inserted is listed like anything else") { bench in
            guard let executeSQL = bench.subject.executeSQL else { return }
            try await executeSQL("INSERT INTO effects (kind) VALUES ('test.work'), ('test.other'), ('test.work')")
            try await executeSQL("INSERT INTO effects (kind, account) VALUES ('test.work', 'acme')")
            try await executeSQL("INSERT INTO events (type) VALUES ('test.Happened'), ('test.Else')")
            #expect(try await bench.list(EffectQuery()).count == 3)
            #expect(try await bench.list(EffectQuery(kind: "test.work")).count == 2)
            #expect(try await bench.list(EffectQuery(account: "acme")).count == 1)
            #expect(try await bench.list(EventQuery(type: "test.Else")).count == 1)
        },
    ]

    /// A JSON text of `bytes` bytes.
    static func payload(bytes: Int) -> JSONText {
        JSONText(trusted: "\"" + String(repeating: "x", count: bytes - 2) + "\"")
    }
}
