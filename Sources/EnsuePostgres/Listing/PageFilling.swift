internal import Ensue

/// How a page gets its items: where their ids are found, how heavy they are and how they are read.
struct PageFilling<Item: Sendable, ID: RowID> {
    /// Finds about as many ids as are wanted.
    let find: (Look) throws -> Found
    /// About how many bytes are read with each of some ids.
    let weigh: ([Int64]) throws -> [Int64: Int]
    /// Those of some ids that are there.
    let read: ([Int64]) throws -> [ID: Item]
    /// Whether an item is still what it was found as.
    let matches: (Item) -> Bool
    /// How many bytes an item is.
    let size: (Item) -> Int
    /// Whether the page has taken long enough: a short one is made then.
    var isLate: () -> Bool = { false }

    private struct Part {
        let limit: Int
        var items: [Item] = []
        var last: ID?
        var bytes = 0
    }

    /// The newest items of a stretch, as many as may be.
    func page(_ stretch: IDStretch, limit: Int) throws -> Page<Item, ID> {
        var page = Part(limit: limit)
        var look = Look(stretch, limit + 1)
        while look.stretch.below > look.stretch.from {
            look.count = limit - page.items.count + 1
            let found = try find(look)
            guard try fill(&page, found.ids) else { return Page(page.items, next: page.last) }
            guard let rest = found.rest, rest > look.stretch.from else { break }
            look.goOn(below: rest, after: found)
            if look.isSpent || isLate() { return Page(page.items, next: ID(rawValue: rest)) }
        }
        return Page(page.items, next: nil)
    }

    /// Adds those of some ids; returns false if there was no room for one.
    private func fill(_ page: inout Part, _ ids: [Int64]) throws -> Bool {
        for chunk in try chunks(ids) {
            let known = try read(chunk)
            for id in chunk.map(ID.init(rawValue:)) {
                guard let item = known[id], matches(item) else { continue }
                page.bytes += size(item)
                if page.items.count == page.limit || (page.bytes > PageLimits.bytes && !page.items.isEmpty) {
                    return false
                }
                page.items.append(item)
                page.last = id
            }
        }
        return true
    }

    /// Ids in portions that can be read at once.
    private func chunks(_ ids: [Int64]) throws -> [[Int64]] {
        guard ids.count > 1 else { return ids.isEmpty ? [] : [ids] }
        let weights = try weigh(ids)
        var chunks: [[Int64]] = [[]]
        var weight = 0
        for id in ids {
            weight += weights[id] ?? 0
            if weight > PageLimits.bytes, !chunks[chunks.count - 1].isEmpty {
                chunks.append([])
                weight = weights[id] ?? 0
            }
            chunks[chunks.count - 1].append(id)
        }
        return chunks
    }
}
