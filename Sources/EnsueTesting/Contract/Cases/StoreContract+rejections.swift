internal import Ensue
internal import Testing

extension Bench {
    @discardableResult
    fileprivate func reject(_ body: String = "{", account: Account = .default) async throws -> RejectionID {
        try await store.reject(
            RejectedDelivery(account: account, source: "/hooks/test", body: body, reason: "not JSON"))
    }

    fileprivate func rejection(_ id: RejectionID) async throws -> KeptRejection {
        try #require(try await store.rejection(id), "there should be a rejection \(id)")
    }
}

extension StoreContract {
    static let rejections: [Case] = [
        Case("what was rejected is kept as it came, with the time") { bench in
            let delivery = RejectedDelivery(
                account: "acme", source: "/hooks/hasura/orders", body: "{\"a\": \u{E9}\n'", reason: "it is not JSON")
            let id = try await bench.store.reject(delivery)
            let kept = try await bench.rejection(id)
            #expect(kept.id == id)
            #expect(kept.delivery == delivery)
            #expect(try await bench.isFromNow(kept.createdAt))
            #expect(kept.resolvedAt == nil)
            #expect(kept.resolution == nil)
            #expect(try await bench.store.rejection(RejectionID(rawValue: id.rawValue + 1)) == nil)
        },
        Case("rejections are listed newest first, page by page, each account's apart") { bench in
            #expect(try await bench.store.rejections(RejectionQuery()) == Page([], next: nil))
            var ids: [RejectionID] = []
            for _ in 1...5 {
                ids.append(try await bench.reject())
                try await bench.reject(account: "acme")
            }
            let pages = try await bench.pages(RejectionQuery(limit: 2))
            #expect(pages.map(\.items.count) == [2, 2, 1])
            #expect(pages.flatMap(\.items).map(\.id) == ids.sorted(by: >))
            for kept in pages.flatMap(\.items) { #expect(try await bench.rejection(kept.id) == kept) }
            #expect(try await bench.list(RejectionQuery(account: "acme")).count == 5)
            #expect(try await bench.ids(RejectionQuery(before: ids[2])) == [ids[1], ids[0]])
            #expect(try await bench.store.rejections(RejectionQuery(limit: 0)).items.count == 1)
        },
        Case("rejections that arrive do not move the pages behind them") { bench in
            var ids: [RejectionID] = []
            for _ in 1...5 { ids.append(try await bench.reject()) }
            var (seen, query): ([RejectionID], RejectionQuery) = ([], RejectionQuery(limit: 2))
            repeat {
                let page = try await bench.store.rejections(query)
                seen += page.items.map(\.id)
                query.before = page.next
                try await bench.reject()
            } while query.before != nil
            #expect(seen == ids.sorted(by: >))
        },
        Case("a rejection is resolved once, and stays as it was resolved") { bench in
            let (id, other) = (try await bench.reject(), try await bench.reject())
            #expect(try await bench.store.resolve(id, as: "event 17"))
            let resolved = try await bench.rejection(id)
            #expect(resolved.resolution == "event 17")
            #expect(try await bench.isFromNow(try #require(resolved.resolvedAt)))
            try await bench.advance(.seconds(60))
            #expect(try await !bench.store.resolve(id, as: "effect 4"))
            #expect(try await bench.rejection(id) == resolved)
            #expect(try await bench.rejection(other).resolvedAt == nil)
            #expect(try await !bench.store.resolve(RejectionID(rawValue: other.rawValue + 1), as: "effect 4"))
        },
        Case("what is resolved is listed only when it is asked for") { bench in
            var ids: [RejectionID] = []
            for _ in 1...6 { ids.append(try await bench.reject()) }
            for id in [ids[1], ids[4], ids[5]] { _ = try await bench.store.resolve(id, as: "event 17") }
            #expect(try await bench.ids(RejectionQuery(limit: 2)) == [ids[3], ids[2], ids[0]])
            let all = try await bench.list(RejectionQuery(includesResolved: true, limit: 2))
            #expect(all.map(\.id) == ids.sorted(by: >))
            #expect(all.map { $0.resolution != nil } == [true, true, false, false, true, false])
            #expect(try await bench.ids(RejectionQuery(account: "acme", includesResolved: true)) == [])
        },
        Case("a page of rejections ends before their bodies become too many bytes") { bench in
            let bodies = [400_000, 400_000, PageLimits.bytes + 1000, 400_000, 400_000, 400_000]
            var ids: [RejectionID] = []
            for bytes in bodies { ids.append(try await bench.reject(String(repeating: "x", count: bytes))) }
            let pages = try await bench.pages(RejectionQuery(limit: 100))
            #expect(pages.flatMap(\.items).map(\.id) == ids.sorted(by: >))
            #expect(pages.count > 2)
            for page in pages where page.items.count > 1 {
                #expect(page.items.reduce(0) { $0 + $1.delivery.body.utf8.count } <= PageLimits.bytes)
            }
        },
        Case("old rejections are deleted, resolved or not, and their ids are not given away again") { bench in
            let (first, second) = (try await bench.reject(), try await bench.reject())
            _ = try await bench.store.resolve(first, as: "event 17")
            try await bench.advance(.seconds(2 * 86_400))
            let young = try await bench.reject()
            try await bench.retire()
            #expect(try await bench.store.rejection(first) == nil)
            #expect(try await bench.store.rejection(second) == nil)
            #expect(try await !bench.store.resolve(first, as: "event 18"))
            #expect(try await bench.ids(RejectionQuery(includesResolved: true)) == [young])
            #expect(try await bench.reject() > young)
        },
    ]
}
