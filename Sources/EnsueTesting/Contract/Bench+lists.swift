internal import Ensue
internal import Testing

/// Going through lists, page by page.
extension Bench {
    /// What is on all pages of a list from `query.before` on.
    func list(_ query: EffectQuery) async throws -> [EffectRecord] {
        try await pages(query).flatMap(\.items)
    }

    func list(_ query: EventQuery) async throws -> [RecordedEvent] {
        try await pages(query).flatMap(\.items)
    }

    func list(_ query: RejectionQuery) async throws -> [KeptRejection] {
        try await pages(query).flatMap(\.items)
    }

    func ids(_ query: EffectQuery) async throws -> [EffectID] { try await list(query).map(\.id) }
    func ids(_ query: EventQuery) async throws -> [EventID] { try await list(query).map(\.id) }
    func ids(_ query: RejectionQuery) async throws -> [RejectionID] { try await list(query).map(\.id) }

    func pages(_ query: EffectQuery) async throws -> [Page<EffectRecord, EffectID>] {
        try await pages(before: query.before, limit: query.limit) { before in
            var query = query
            query.before = before
            return try await store.effects(query)
        }
    }

    func pages(_ query: EventQuery) async throws -> [Page<RecordedEvent, EventID>] {
        try await pages(before: query.before, limit: query.limit) { before in
            var query = query
            query.before = before
            return try await store.events(query)
        }
    }

    func pages(_ query: RejectionQuery) async throws -> [Page<KeptRejection, RejectionID>] {
        try await pages(before: query.before, limit: query.limit) { before in
            var query = query
            query.before = before
            return try await store.rejections(query)
        }
    }

    private func pages<Item, ID>(
        before start: ID?, limit: Int, _ look: (ID?) async throws -> Page<Item, ID>
    ) async throws -> [Page<Item, ID>] {
        var pages: [Page<Item, ID>] = []
        var before = start
        repeat {
            let page = try await look(before)
            #expect(page.items.count <= limit)
            if let before, let next = page.next { try #require(next < before, "every page has to lead on") }
            pages.append(page)
            before = page.next
        } while before != nil
        return pages
    }
}
