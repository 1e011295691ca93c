internal import Ensue

/// The items of a list that have not been seen.
///
/// Transactions commit in another order than that in which they drew their ids, so a newcomer may have a lower id than
/// what was seen: each look goes down to a floor some way below the newest id.
struct Newcomers: Sendable {
    let path: String
    let filter: [(name: String, value: String?)]
    /// The ids above the floor that were seen.
    private var known: Set<Int> = []
    /// What has this id or a lower one is none of a later look's business.
    private var floor = 0

    init(path: String, filter: [(name: String, value: String?)]) {
        self.path = path
        self.filter = filter
    }

    private static let page = 200
    /// How far below the newest id a newcomer is expected.
    private static let reach = 200
    /// How many pages one look reads at most, so that the next one is soon.
    private static let most = 5

    struct Look: Sendable {
        /// Oldest first.
        let items: [JSONValue]
        /// Whether there were more than one look reads.
        let isIncomplete: Bool
        /// What to look with next, once the items are shown.
        let after: Newcomers
    }

    /// The newest `count` that are there already, and whatever comes meanwhile.
    func first(_ count: Int, in ledger: Ledger) async throws -> Look {
        let newest = try await newest(in: ledger)
        let floor = max(newest - Self.reach, 0)
        let read = try await read(in: ledger) { items, next in next <= floor && items.count >= count }
        let there = read.items.filter { (Self.id($0) ?? 0) <= newest }.prefix(count)
        let meanwhile = read.items.filter { (Self.id($0) ?? 0) > newest }
        return Look(
            items: (meanwhile + there).reversed(), isIncomplete: false,
            after: having(seen: read.items, floor: max(floor, min(read.rest - 1, newest))))
    }

    /// What has come since the last look.
    func next(in ledger: Ledger) async throws -> Look {
        let isFiltered = filter.contains { $0.value != nil }
        let newest = isFiltered ? try await newest(in: ledger) : 0
        let read = try await read(in: ledger) { _, next in next <= floor + 1 }
        let new = read.items.filter { item in Self.id(item).map { $0 > floor && !known.contains($0) } ?? false }
        let top = max(newest, read.items.first.flatMap(Self.id) ?? 0)
        return Look(
            items: new.reversed(), isIncomplete: read.rest > floor + 1,
            after: having(seen: read.items, floor: max(floor, top - Self.reach, read.rest - 1)))
    }

    private func having(seen items: [JSONValue], floor: Int) -> Newcomers {
        var after = self
        after.floor = floor
        after.known = known.union(items.compactMap(Self.id)).filter { $0 > floor }
        return after
    }

    /// Pages, newest first, until `isEnough` of the items and of the id below which the next page begins, or too many;
    /// `rest` is below what the ids are that were not read, 0 if all were.
    private func read(
        in ledger: Ledger, until isEnough: ([JSONValue], Int) -> Bool
    ) async throws -> (items: [JSONValue], rest: Int) {
        var items: [JSONValue] = []
        var rest: Int?
        for _ in 0..<Self.most {
            let query = [("limit", "\(Self.page)"), ("cursor", rest.map(String.init))]
            let answer = try await ledger.get(path, filter + query)
            items += answer["items"]?.array ?? []
            guard let next = answer["next"]?.string.flatMap({ Int($0) }) else { return (items, 0) }
            rest = next
            if isEnough(items, next) { break }
        }
        return (items, rest ?? 0)
    }

    /// The newest id that there is, whatever the filter; what would be a page without items may make it a higher one.
    private func newest(in ledger: Ledger) async throws -> Int {
        let answer = try await ledger.get(path, [("limit", "1")])
        return answer["items"]?.array?.first.flatMap(Self.id) ?? answer["next"]?.string.flatMap { Int($0) } ?? 0
    }

    static func id(_ item: JSONValue) -> Int? { item["id"]?.string.flatMap { Int($0) } }
}
