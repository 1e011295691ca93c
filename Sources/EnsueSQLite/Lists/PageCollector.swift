internal import Ensue

/// Finds the ids of one page, from the highest down, and knows when it has looked at enough.
struct PageCollector {
    /// Ids that the page may hold.
    let limit: Int
    /// One more than the page holds, if there is more.
    private var ids: [Int64] = []
    private var looked = 0
    private var last: Int64 = 0

    init(limit: Int) { self.limit = limit }

    var isDone: Bool { ids.count > limit || looked >= PageLimits.rows }

    /// Takes note of an id, which has to be lower than those before. False if that was enough.
    mutating func look(at id: Int64, isWanted: Bool) -> Bool {
        looked += 1
        last = id
        if isWanted { ids.append(id) }
        return !isDone
    }

    /// Notes that finding out took as long as looking at so many rows.
    mutating func spend(_ rows: Int) { looked += rows }

    /// Notes that everything from `id` on has been passed.
    mutating func pass(_ id: Int64) { last = id }

    /// Makes the page of what was found, which ends early if it gets too large.
    func page<Item, ID: RowID>(
        _ read: (Int64) throws -> Item?, bytes: (Item) -> Int
    ) rethrows -> Page<Item, ID> {
        var items: [Item] = []
        var total = 0
        var end = ids.count > limit ? ids[limit - 1] : isDone ? last : nil
        for (index, id) in ids.prefix(limit).enumerated() {
            guard let item = try read(id) else { continue }
            total += bytes(item)
            if total > PageLimits.bytes, !items.isEmpty {
                end = ids[index - 1]
                break
            }
            items.append(item)
        }
        return Page(items, next: end.map(ID.init(rawValue:)))
    }
}
