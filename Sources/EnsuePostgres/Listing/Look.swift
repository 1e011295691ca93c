internal import Ensue

/// What is still to be looked for, for one page.
struct Look {
    var stretch: IDStretch
    /// So many ids are enough.
    var count: Int
    /// How many looks went before: each goes further than the last.
    private(set) var number = 0
    /// How many rows may still be looked at.
    private(set) var rows = PageLimits.rows

    init(_ stretch: IDStretch, _ count: Int) {
        self.stretch = stretch
        self.count = count
    }

    /// Whether the page has taken all that one may.
    var isSpent: Bool { rows <= 0 || number >= 64 }

    mutating func goOn(below id: Int64, after found: Found) {
        stretch.below = id
        rows -= found.looked
        number += 1
    }

    /// Of how many blocks all rows may be looked at: first a few, which is enough where what is wanted is common.
    var blocks: Int { number == 0 ? 3 : max(1, rows / Int(IDBlock.size)) }

    /// How many steps to take where most lead past what belongs to others.
    var steps: Int { 4 << min(2 * number, 6) }

    /// How many of those to look at that may be wanted.
    var candidates: Int { max(min(250 << min(2 * number, 8), rows), count) }

    /// A part of the stretch, from its top, where nobody knows what lies in the way.
    var window: IDStretch {
        IDStretch(below: stretch.below, from: max(stretch.from, stretch.below - (65_536 << Int64(min(2 * number, 40)))))
    }
}

/// The stretch of ids that a list is about.
struct IDStretch {
    /// Those below it.
    var below: Int64
    /// Those from it on.
    var from: Int64 = 0
}
