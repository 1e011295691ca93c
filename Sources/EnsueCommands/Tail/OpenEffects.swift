internal import Ensue

/// Effects that were shown and have not ended.
struct OpenEffects {
    /// In the order in which they came.
    private var ids: [Int] = []
    private var forgotten = 0

    /// How many are followed at all, and how many are looked at one by one in a look.
    private static let most = 2000
    private static let single = 20

    mutating func add(_ id: Int) {
        ids.append(id)
        guard ids.count > Self.most else { return }
        ids.removeFirst()
        forgotten += 1
    }

    /// Those that have ended since the last look, which are followed no longer, and how many were given up.
    mutating func ended(in ledger: Ledger) async throws -> (ended: [JSONValue], forgotten: Int) {
        guard !ids.isEmpty else { return ([], 0) }
        var states = try await newest(in: ledger)
        var lost: Set<Int> = []
        // What the page does not reach takes turns.
        for id in ids.filter({ states[$0] == nil }).prefix(Self.single) {
            states[id] = try await effect(id, in: ledger)
            if states[id] == nil { lost.insert(id) }
            ids.removeAll { $0 == id }
            ids.append(id)
        }
        let ended = ids.compactMap { states[$0] }.filter { EffectStatus($0).hasEnded }
        let gone = lost.union(ended.compactMap(Newcomers.id))
        ids.removeAll { gone.contains($0) }
        defer { forgotten = 0 }
        return (ended.sorted { ($0["completedAt"]?.string ?? "") < ($1["completedAt"]?.string ?? "") }, forgotten)
    }

    private func newest(in ledger: Ledger) async throws -> [Int: JSONValue] {
        guard ids.count > Self.single else { return [:] }
        let items = try await ledger.get("/v1/effects", [("limit", "\(Ledger.pageLimit)")])["items"]?.array ?? []
        return Dictionary(items.compactMap { item in Newcomers.id(item).map { ($0, item) } }) { $1 }
    }

    /// Nil if it is no longer kept.
    private func effect(_ id: Int, in ledger: Ledger) async throws -> JSONValue? {
        do { return try await ledger.get("/v1/effects/\(id)") } catch let failure as CommandFailure
            where failure.status == .failed
        { return nil }
    }
}
