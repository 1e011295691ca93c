internal import Ensue

/// How a page gets its items: where their ids are found, how heavy they are and how they are read.
struct PageFilling<Item: Sendable, ID: RowID> {
    /// Finds about so many ids in a stretch. The effort grows from look to look: `round` counts them from 0.
    let find: (_ stretch: IDStretch, _ count: Int, _ round: Int) throws -> Found
    /// About how many bytes are read with each of some ids.
    let weigh: ([Int64]) throws -> [Int64: Int]
    /// Those of some ids that are there.
    let read: ([Int64]) throws -> [ID: Item]
    let matches: (Item) -> Bool
    /// How many bytes an item is.
    let size: (Item) -> Int

    /// The newest items of a stretch, as many as may be.
    func page(_ stretch: IDStretch, limit: Int) throws -> Page<Item, ID> {
        var (stretch, items, bytes, looked, round): (IDStretch, [(ID, Item)], Int, Int, Int) = (stretch, [], 0, 0, 0)
        while stretch.below > stretch.from {
            let found = try find(stretch, limit - items.count + 1, round)
            for chunk in try chunks(found.ids) {
                let known = try read(chunk)
                for id in chunk.map(ID.init(rawValue:)) {
                    guard let item = known[id], matches(item) else { continue }
                    bytes += size(item)
                    if items.count == limit || (bytes > PageLimits.bytes && !items.isEmpty) {
                        return Page(items.map(\.1), next: items.last?.0)
                    }
                    items.append((id, item))
                }
            }
            guard let rest = found.rest else { break }
            stretch.below = rest
            looked += found.looked
            round += 1
            if looked >= PageLimits.rows, rest > stretch.from { return Page(items.map(\.1), next: ID(rawValue: rest)) }
        }
        return Page(items.map(\.1), next: nil)
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
