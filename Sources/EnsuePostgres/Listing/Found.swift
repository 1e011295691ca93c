/// What a look has found for a list: ids, newest first.
struct Found {
    var ids: [Int64]
    /// Below which id to go on; nil if nothing is there.
    var rest: Int64?
    /// How many rows that took, about.
    var looked: Int

    /// `ids` of which there are no more than `count`: fewer are the last.
    init(_ ids: [Int64], of count: Int) {
        self.ids = ids
        rest = ids.count < count ? nil : ids.last
        looked = ids.count
    }

    /// What was found in parts of a list, one after another. Fewer parts than `room` are the last.
    init(_ parts: [LookedThrough], of count: Int, room: Int) {
        let all = parts.compactMap(\.id)
        var (places, low) = (0, Int64?.none)
        looked = 0
        for part in parts where part.low != low {
            (places, low, looked) = (places + 1, part.low, looked + part.looked)
        }
        ids = Array(all.prefix(count))
        rest = all.count >= count ? ids.last : places < room ? nil : low
    }
}

/// A part of a list, with one of the ids that were found in it.
struct LookedThrough {
    /// The part ends with this id.
    let low: Int64
    /// How many rows that took, about.
    let looked: Int
    /// Nil if there was none.
    let id: Int64?

    /// Reads a row of a ``ListStatement`` that looks through parts.
    init(_ row: PostgresRow) {
        (low, looked, id) = (row.int(0), Int(row.int(1)), row.optionalInt(2))
    }
}
