internal import Ensue

/// The items of a list that have not been seen, oldest first.
struct Newcomers: Sendable {
    let path: String
    let filter: [(name: String, value: String?)]
    /// The highest id seen.
    private(set) var seen = 0

    init(path: String, filter: [(name: String, value: String?)]) {
        self.path = path
        self.filter = filter
    }

    /// What one look reads at most, so that the next one is soon.
    private static let most = 1000
    private static let page = 200

    struct Found {
        /// Oldest first.
        let items: [JSONValue]
        /// Whether there were more than one look reads.
        let isIncomplete: Bool
    }

    /// The newest `count` that are there now.
    mutating func last(_ count: Int, in ledger: Ledger) async throws -> [JSONValue] {
        let items = try await ledger.get(path, filter + [("limit", "\(max(count, 1))")])["items"]?.array ?? []
        seen = items.first.flatMap(Self.id) ?? 0
        return items.prefix(count).reversed()
    }

    mutating func next(in ledger: Ledger) async throws -> Found {
        var found: [JSONValue] = []
        var cursor: String?
        var isAtSeen = false
        repeat {
            let limit = found.isEmpty ? Self.page / 4 : Self.page
            let answer = try await ledger.get(path, filter + [("limit", "\(limit)"), ("cursor", cursor)])
            let new = (answer["items"]?.array ?? []).prefix { (Self.id($0) ?? 0) > seen }
            isAtSeen = new.count < (answer["items"]?.array ?? []).count
            found += new
            cursor = answer["next"]?.string
        } while !isAtSeen && cursor.flatMap { Int($0) }.map { $0 > seen } ?? false && found.count < Self.most
        seen = found.first.flatMap(Self.id) ?? seen
        return Found(items: found.reversed(), isIncomplete: found.count >= Self.most && !isAtSeen)
    }

    static func id(_ item: JSONValue) -> Int? { item["id"]?.string.flatMap { Int($0) } }
}
