internal import Ensue

/// The items of a list that have not been seen.
///
/// Processes draw their ids ahead and commit in any order, so a newcomer may have a lower id than what was seen: all of
/// the newest page is compared, not its beginning.
struct Newcomers: Sendable {
    let path: String
    let filter: [(name: String, value: String?)]
    /// The ids seen, down to the lowest that the latest look has read.
    private var known: Set<Int> = []
    /// What is below it was there before the first look.
    private var floor = 0

    init(path: String, filter: [(name: String, value: String?)]) {
        self.path = path
        self.filter = filter
    }

    private static let page = 200
    /// What one look reads at most, so that the next one is soon.
    private static let most = 1000

    struct Found {
        /// Oldest first.
        let items: [JSONValue]
        /// Whether there were more than one look reads.
        let isIncomplete: Bool
    }

    /// The newest `count` that are there now, oldest first.
    mutating func last(_ count: Int, in ledger: Ledger) async throws -> [JSONValue] {
        let items = try await ledger.get(path, filter + [("limit", "\(Self.page)")])["items"]?.array ?? []
        known = Set(items.compactMap(Self.id))
        floor = items.count < Self.page ? 0 : known.min() ?? 0
        return items.prefix(count).reversed()
    }

    /// What has come since the last look.
    mutating func next(in ledger: Ledger) async throws -> Found {
        var (read, new): ([Int], [JSONValue]) = ([], [])
        var cursor: String?
        var isNewThroughout = true
        repeat {
            let answer = try await ledger.get(path, filter + [("limit", "\(Self.page)"), ("cursor", cursor)])
            let items = answer["items"]?.array ?? []
            let fresh = items.filter { item in Self.id(item).map { $0 > floor && !known.contains($0) } ?? false }
            isNewThroughout = fresh.count == items.count
            read += items.compactMap(Self.id)
            new += fresh
            cursor = answer["next"]?.string
        } while isNewThroughout && cursor != nil && read.count < Self.most
        let lowest = read.min() ?? 0
        known = known.filter { $0 >= lowest }.union(read)
        return Found(items: new.reversed(), isIncomplete: isNewThroughout && cursor != nil)
    }

    static func id(_ item: JSONValue) -> Int? { item["id"]?.string.flatMap { Int($0) } }
}
