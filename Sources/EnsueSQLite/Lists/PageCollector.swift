internal import Ensue

/// Finds the ids of one page, from the highest down, and knows when it has looked at enough.
struct PageCollector {
    /// Ids that the page may hold.
    let limit: Int
    /// One more than the page holds, if there is more.
    private var ids: [Int64] = []
    private var steps = 0
    /// Where to go on if finding the page took too long.
    private var rest: Int64?

    init(limit: Int) { self.limit = limit }

    private var isFull: Bool { ids.count > limit }

    /// Takes an id, which has to be lower than those before. False if that was enough.
    mutating func take(_ id: Int64) -> Bool {
        ids.append(id)
        return !isFull
    }

    /// Takes the ids that lie on all of the ways. Wherever one of them leads to, the others follow, so that what is
    /// rare on any one way is found in few steps. Ways that go row by row belong at the end.
    mutating func take(_ range: ClosedRange<Int64>, onAll ways: [Way]) throws {
        var top = range.upperBound
        search: while !isFull {
            guard steps < PageLimits.rows else {
                rest = top + 1
                return
            }
            for (index, way) in ways.enumerated() {
                steps += 1
                guard let step = try way.step(top), step.id >= range.lowerBound else { return }
                let isNews = index > 0 && step.id < top
                top = step.isWanted ? step.id : step.id - 1
                if isNews || !step.isWanted { continue search }
            }
            ids.append(top)
            top -= 1
        }
    }

    /// Makes the page of what was found, which ends early if it gets too large.
    func page<Item, ID: RowID>(
        _ read: (Int64) throws -> Item?, bytes: (Item) -> Int
    ) rethrows -> Page<Item, ID> {
        var items: [Item] = []
        var total = 0
        var end = isFull ? ids[limit - 1] : rest
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
