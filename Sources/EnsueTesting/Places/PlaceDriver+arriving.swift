internal import Ensue

extension PlaceDriver {
    private static let most = 40

    mutating func request() async throws {
        guard model.entries.count < Self.most else { return }
        var requests: [EffectRequest] = []
        for _ in 0..<Int.random(in: 1...3, using: &generator) { requests.append(anyRequest()) }
        trace.append("request \(requests.map { "\($0.kind) \($0.key ?? "-") \($0.account)" })")
        let receipts = try await bench.store.request(requests)
        try expect(receipts.count == requests.count, "there are \(receipts.count) receipts")
        for (request, receipt) in zip(requests, receipts) {
            let first = request.key.flatMap { model.effectKeys[.init(account: request.account, text: $0)] }
            try expect(receipt.isDuplicate == (first != nil), "effect \(receipt.id): isDuplicate is wrong")
            try expect(first == nil || first == receipt.id, "the duplicate names \(receipt.id)")
            guard first == nil else { continue }
            try expect(model.entries[receipt.id] == nil, "the id \(receipt.id) was given away twice")
            model.request(request, as: receipt.id)
            let isHeld = model.entries[receipt.id]?.state == .held
            try expect(receipt.isHeld == isHeld, "effect \(receipt.id): isHeld is wrong")
        }
    }

    private mutating func anyRequest() -> EffectRequest {
        let kind = any(of: ["place.retried", "place.retried", "place.once", "place.approved"] as [EffectKind])
        let due = oneIn(4) ? model.now + .seconds(30 * Int.random(in: -2...12, using: &generator) + 15) : nil
        return EffectRequest(
            account: any(of: Self.accounts) ?? .default, kind: kind ?? "place.retried", payload: .emptyObject,
            key: anyKey(), priority: any(of: Priority.allCases) ?? .normal, due: due, needsApproval: oneIn(12))
    }

    mutating func record() async throws {
        guard model.entries.count < Self.most else { return }
        let draft = EventDraft(
            account: any(of: Self.accounts) ?? .default, type: "place.Happened", data: .emptyObject, key: anyKey())
        trace.append("record \(draft.key ?? "-") \(draft.account)")
        let receipt = try await bench.store.record([draft])[0]
        let key = draft.key.map { PlaceModel.Key(account: draft.account, text: $0) }
        let first = key.flatMap { model.eventKeys[$0] }
        try expect(receipt.isDuplicate == (first != nil), "event \(receipt.id): isDuplicate is wrong")
        try expect(first == nil || first == receipt.id, "the duplicate names \(receipt.id)")
        guard first == nil else { return }
        if let key { model.eventKeys[key] = receipt.id }
        model.unrouted.insert(receipt.id)
    }

    mutating func route() async throws {
        trace.append("route")
        let report = try await bench.store.route(limit: 1000)
        let count = model.unrouted.count
        try expect(report == RoutingReport(events: count, effects: count), "\(report) for \(count) events")
        model.unseen.formUnion(model.unrouted)
        model.unrouted = []
    }
}
