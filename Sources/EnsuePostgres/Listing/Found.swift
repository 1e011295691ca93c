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

    init(_ ids: [Int64], rest: Int64?, looked: Int) {
        self.ids = ids
        self.rest = rest
        self.looked = looked
    }
}

/// The stretch of ids that a list is about.
struct IDStretch {
    /// Those below it.
    var below: Int64
    /// Those from it on.
    var from: Int64 = 0
}
